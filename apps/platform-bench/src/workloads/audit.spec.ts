import { describe, expect, it } from "@jest/globals";
import { paymentIdOf } from "@malipo/security";
import { CallbackSink } from "../load/callback-sink.js";
import { audit, shown } from "./audit.js";
import type { Created } from "./creator.js";

const merchantId = "0".repeat(32) as Parameters<typeof paymentIdOf>[0];
const created = (reference: string, orderNumber = `order-of-${reference}`): Created =>
  ({ merchant: { credentials: { merchantId } }, reference, orderNumber }) as unknown as Created;
const charge = (reference: string) =>
  ({ paymentId: paymentIdOf(merchantId, "test", "kodipay", reference) }) as unknown as Parameters<typeof audit>[1][number];
const sinkWith = (versions: Readonly<Record<string, readonly number[]>>): CallbackSink => {
  const sink = new CallbackSink();
  for (const [reference, list] of Object.entries(versions)) sink.versions.set(reference, [...list]);
  return sink;
};

describe("the audit of a load", () => {
  it("finds nothing where each payment is charged once and told in order", () => {
    expect(audit([created("a"), created("b")], [charge("a"), charge("b")], sinkWith({ a: [2, 3], b: [2, 3] }))).toEqual([]);
  });

  it.each([
    ["a charge too many", [created("a")], [charge("a"), charge("a")], { a: [2, 3] }],
    ["a charge too few", [created("a")], [], { a: [2, 3] }],
    ["an order number given twice", [created("a", "x"), created("b", "x")], [charge("a"), charge("b")], { a: [2, 3], b: [2, 3] }],
    ["a callback out of order", [created("a")], [charge("a")], { a: [3, 2] }],
    ["a callback left out", [created("a")], [charge("a")], { a: [3] }],
    ["no callback", [created("a")], [charge("a")], {}],
  ] as const)("finds %s", (_, payments, ledger, versions) => {
    expect(audit(payments, ledger, sinkWith(versions))).not.toEqual([]);
  });

  it("shows the first faults and says how many more there are", () => {
    expect(shown(Array.from({ length: 15 }, (_, at) => `fault ${at}`))).toHaveLength(11);
  });
});
