import type { LedgerEntry } from "@malipo/platform-e2e";
import { paymentIdOf } from "@malipo/security";
import type { CallbackSink } from "../load/callback-sink.js";
import type { Created } from "./creator.js";

const shownMax = 10;

/** What is wrong after everything has come to rest; nothing, or the figures are worth nothing. */
export const audit = (created: readonly Created[], ledger: readonly LedgerEntry[], sink: CallbackSink | undefined): readonly string[] => {
  const faults: string[] = [];
  const orders = new Set(created.map(({ orderNumber }) => orderNumber));
  if (orders.size !== created.length) faults.push(`${created.length - orders.size} order numbers were given twice`);
  const references = new Set(created.map(({ reference }) => reference));
  if (references.size !== created.length) faults.push(`${created.length - references.size} references were acknowledged twice`);

  const charges = new Map<string, number>();
  for (const { paymentId } of ledger) charges.set(paymentId, (charges.get(paymentId) ?? 0) + 1);
  for (const [paymentId, count] of charges) if (count > 1) faults.push(`payment ${paymentId} was charged ${count} times`);
  for (const { merchant, reference, orderNumber } of created) {
    const merchantId = merchant.credentials.merchantId as Parameters<typeof paymentIdOf>[0];
    if (!charges.has(paymentIdOf(merchantId, "test", "kodipay", reference))) faults.push(`${orderNumber} was never charged`);
    if (sink !== undefined) faults.push(...faultsOfCallbacks(orderNumber, sink.versions.get(reference) ?? []));
  }
  return [...faults, ...(sink?.faults ?? [])];
};

const faultsOfCallbacks = (orderNumber: string, versions: readonly number[]): readonly string[] => {
  const expected = versions.map((_, at) => at + 2); // 1 was told by the answer of the creation itself
  const inOrder = versions.every((version, at) => version === expected[at]);
  if (versions.length > 0 && inOrder) return [];
  return [`${orderNumber}: the versions told were ${versions.join(", ") || "none"}`];
};

export const shown = (faults: readonly string[]): readonly string[] =>
  faults.length <= shownMax ? faults : [...faults.slice(0, shownMax), `and ${faults.length - shownMax} more`];
