import type { AcceptedCallback, ClientRequest, Violation } from "./journals.js";
import type { Story } from "./story.js";

/** `version` of the payment was known outside from this moment on, by whoever had it. */
type Known = Readonly<{ atMs: number; version: number; by: string }>;

/**
 * Whoever reads a payment sees what was known of it anywhere when the question was asked, or something newer: by any
 * client's answer, and by any callback. And what is read is in the log.
 */
export const judgeReads = (stories: ReadonlyMap<string, Story>, requests: readonly ClientRequest[], callbacks: readonly AcceptedCallback[]): readonly Violation[] => {
  const violations: Violation[] = [];
  const orders = new Map([...stories.values()].map((story) => [story.orderNumber, story]));
  const known = new Map<string, Known[]>();
  const learn = (orderNumber: string, one: Known): void => {
    const before = known.get(orderNumber);
    if (before === undefined) known.set(orderNumber, [one]);
    else before.push(one);
  };
  for (const { kind, answer, endedMs, ...asked } of requests) {
    const orderNumber = answer?.orderNumber ?? asked.orderNumber;
    if (answer === undefined || orderNumber === undefined || answer.status >= 500) continue;
    if (answer.status < 300 || kind === "create") learn(orderNumber, { atMs: endedMs, version: answer.version ?? 1, by: `${kind} ${answer.status}` });
  }
  for (const { orderNumber, version, atMs } of callbacks) {
    if (atMs !== undefined) learn(orderNumber, { atMs, version, by: "callback" });
  }

  for (const { kind, orderNumber, beganMs, answer } of requests) {
    if (kind !== "status" || orderNumber === undefined || answer === undefined) continue;
    if (answer.status !== 404 && answer.status >= 300) continue;
    const version = answer.status === 404 ? 0 : (answer.version ?? 1);
    const newest = known.get(orderNumber)?.reduce<Known | undefined>((best, one) => (one.atMs <= beganMs && one.version > (best?.version ?? 0) ? one : best), undefined);
    if (newest !== undefined && version < newest.version) {
      violations.push({ rule: "reads never go back", subject: orderNumber, how: `${version === 0 ? "not found" : `version ${version}`} after version ${newest.version} by ${newest.by}` });
    }
    if (version === 0) continue;
    const view = orders.get(orderNumber)?.views.find((seen) => seen.version === version);
    const isTrue = view !== undefined && (answer.paymentStatus === undefined || answer.paymentStatus === view.status);
    if (!isTrue) violations.push({ rule: "what is read is in the log", subject: orderNumber, how: `version ${version}, ${answer.paymentStatus}, the log says ${view?.status}` });
  }
  return violations;
};
