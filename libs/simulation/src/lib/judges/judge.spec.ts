import { describe, expect, it } from "@jest/globals";
import type { AcceptedCallback, End, Journals, LoggedEvent, ProviderEntry } from "./journals.js";
import { judge } from "./judge.js";

const view = (version: number, status: string, type = `payment.${status}`) => ({ version, type, status, reference: "r1", orderNumber: "O1", callback: "sealed" });

let offset = 0;
const event = (type: string, value: object = {}): LoggedEvent => ({
  partition: 3,
  offset: (offset += 1),
  type: `payments.${type}.v1`,
  subject: "p1",
  value: { paymentId: "p1", ...value },
});
const initiated = event("payment.initiated", { amount: { amount: "10.00", currency: "USD" }, public: view(1, "pending") });
const started = event("attempt.started", { attemptId: "a1", number: 1, caller: "router-1#x", public: view(2, "processing") });
const completed = event("payment.completed", { attemptId: "a1", public: view(3, "completed") });
const failed = event("payment.failed", { attemptId: "a1", public: view(3, "failed") });
const late = event("late_success.recorded", { attemptId: "a1", reviewId: "late_success-a1", public: view(4, "failed", "payment.review") });
const accepted = event("late_success.accepted", { attemptId: "a1", reviewId: "late_success-a1", public: view(5, "completed") });
const reviewOpened = event("review.opened", { attemptId: "a1", reviewId: "unresolved-a1" });
const resolved = event("attempt.resolved", { attemptId: "a1" });
const startedNext = event("attempt.started", { attemptId: "a2", number: 2, caller: "router-1#x" });

const entry = (kind: ProviderEntry["kind"], changes: Partial<ProviderEntry> = {}): ProviderEntry => ({
  kind,
  provider: "pawapay",
  attemptId: "a1",
  amount: "10.00",
  currency: "USD",
  ...(kind === "received" && { caller: "router-1#x" }),
  ...changes,
});
const paid = [entry("received"), entry("charged")];

const callback = (version: number, status: string, type = `payment.${status}`): AcceptedCallback => ({ orderNumber: "O1", reference: "r1", version, type, status });
const allTold = [callback(2, "processing"), callback(3, "completed")];

const good: Journals = { events: [initiated, started, completed], provider: paid, callbacks: allTold };
const rulesBroken = (changes: Partial<Journals>, end: End = "settled"): readonly string[] => judge({ ...good, ...changes }, end).map(({ rule }) => rule);

describe("a run without faults", () => {
  it.each<[string, Partial<Journals>]>([
    ["a completed payment", {}],
    ["a callback told twice", { callbacks: [...allTold.slice(0, 1), ...allTold] }],
    ["an amount written otherwise", { provider: [entry("received"), entry("charged", { amount: "10" })] }],
    ["a failed payment that was not charged", { events: [initiated, started, failed], provider: [entry("received")], callbacks: [...allTold.slice(0, 1), callback(3, "failed")] }],
    ["an open payment in review, charged or not", { events: [initiated, started, reviewOpened], callbacks: allTold.slice(0, 1) }],
    [
      "a late success in review",
      { events: [initiated, started, failed, late], callbacks: [...allTold.slice(0, 1), callback(3, "failed"), callback(4, "failed", "payment.review")] },
    ],
    [
      "an accepted late success",
      {
        events: [initiated, started, failed, late, accepted],
        callbacks: [...allTold.slice(0, 1), callback(3, "failed"), callback(4, "failed", "payment.review"), callback(5, "completed")],
      },
    ],
  ])("is told of %s", (_, changes) => expect(rulesBroken(changes)).toEqual([]));

  it("may stop with a charge that we have not heard of yet", () => {
    const cut = { events: [initiated, started], callbacks: [] };
    expect(rulesBroken(cut, "stopped")).toEqual([]);
    expect(rulesBroken(cut)).toEqual(["charged means completed, open, or in review", "every change is told", "nothing is left hanging"]);
  });
});

describe("a planted fault", () => {
  it.each<[string, string, Partial<Journals>]>([
    ["one charge per payment", "a payer charged twice", { provider: [...paid, entry("charged")] }],
    [
      "one charge per payment",
      "a payer charged by two attempts",
      { events: [initiated, started, resolved, startedNext, completed], provider: [...paid, entry("received", { attemptId: "a2" }), entry("charged", { attemptId: "a2" })] },
    ],
    ["one send per attempt", "a request sent twice", { provider: [entry("received"), ...paid] }],
    ["only the caller sends", "a request of another process", { provider: [entry("received", { caller: "router-1#y" }), entry("charged")] }],
    ["recorded before it is sent", "a request that the log does not know", { provider: [...paid, entry("received", { attemptId: "a7" })] }],
    ["the amount that was asked for", "another amount", { provider: [entry("received"), entry("charged", { amount: "100.00" })] }],
    ["completed means charged", "a completed payment that nobody paid", { provider: [entry("received")] }],
    ["charged means completed, open, or in review", "a charged payment called failed", { events: [initiated, started, failed] }],
    ["legal moves", "a failure after completion", { events: [...good.events, event("payment.failed", { attemptId: "a1", public: view(4, "failed") })] }],
    ["legal moves", "two completions", { events: [...good.events, event("payment.completed", { attemptId: "a2", public: view(4, "completed") })] }],
    ["no way back but acceptance", "a silent flip", { events: [initiated, started, failed, event("payment.completed", { attemptId: "a1", public: view(4, "completed") })] }],
    ["one open attempt", "two attempts at once", { events: [initiated, started, startedNext, completed] }],
    ["no attempt after the money", "another attempt after a late success", { events: [initiated, started, resolved, late, startedNext] }],
    ["one start per attempt", "an attempt started again", { events: [initiated, started, resolved, started, completed] }],
    ["attempts are started first", "an attempt out of nowhere", { events: [initiated, completed] }],
    ["an approval is told once", "an approval recorded twice", { events: [...good.events, event("second_success.recorded", { attemptId: "a1", reviewId: "x" })] }],
    ["one beginning", "a payment begun twice", { events: [initiated, initiated, started, completed] }],
    ["one beginning", "a payment without a beginning", { events: [started, completed] }],
    ["one partition", "a payment on two partitions", { events: [initiated, { ...started, partition: 4 }, completed] }],
    ["versions without a gap", "a version left out", { events: [initiated, started, { ...completed, value: { ...completed.value, public: view(4, "completed") } }] }],
    ["the public view is true", "a merchant told something else", { events: [initiated, started, { ...completed, value: { ...completed.value, public: view(3, "failed") } }] }],
    ["one payment per order number", "an order number drawn twice", { events: [...good.events, { ...initiated, subject: "p2", partition: 4 }] }],
    ["callbacks in order", "a callback before its turn", { callbacks: [allTold[1]!, allTold[0]!] }],
    ["the callback is true", "a callback that says otherwise", { callbacks: [...allTold.slice(0, 1), callback(3, "failed")] }],
    ["only what happened is told", "a callback of nothing", { callbacks: [...allTold, callback(4, "refunded")] }],
    ["every change is told", "a callback that never came", { callbacks: allTold.slice(0, 1) }],
    ["nothing is left hanging", "a payment forgotten", { events: [initiated, started], provider: [], callbacks: allTold.slice(0, 1) }],
  ])("breaks the rule: %s (%s)", (rule, _, changes) => expect(rulesBroken(changes)).toContain(rule));
});
