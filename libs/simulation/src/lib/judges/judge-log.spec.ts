import { describe, expect, it } from "@jest/globals";
import type { Journals, LoggedEvent, SentCommand, ToldChange, VoidRecord } from "./journals.js";
import { judge } from "./judge.js";

const at = (ms: number): string => new Date(Date.parse("2026-01-01T00:00:00.000Z") + ms).toISOString();
const view = (version: number, status: string, orderNumber = "O1") => ({ version, type: `payment.${status}`, status, reference: "r1", orderNumber, callback: "sealed" });
const logged = (seq: number, type: string, value: object, more: Partial<LoggedEvent> = {}): LoggedEvent => ({
  partition: 3,
  offset: seq,
  seq,
  type: `payments.${type}.v1`,
  subject: "p1",
  account: "m1/test",
  aggregateVersion: seq,
  value: { paymentId: "p1", at: at(seq), ...value },
  appendedAtMs: Date.parse(at(seq * 100)),
  ...more,
});
const events = [
  logged(1, "payment.initiated", { amount: { amount: "10.00", currency: "USD" }, public: view(1, "pending") }, { causation: "c1" }),
  logged(2, "attempt.started", { attemptId: "a1", number: 1, caller: "router-1#x", public: view(2, "processing") }, { causation: "c2" }),
  logged(3, "payment.completed", { attemptId: "a1", public: view(3, "completed") }, { causation: "c3" }),
];
const sent = (id: string, decideBeforeMs?: number): SentCommand => ({ id, type: "x", subject: "p1", partition: 3, offset: 0, ...(decideBeforeMs !== undefined && { decideBeforeMs }) });
const commands = [sent("c1", Date.parse(at(10_000))), sent("c2"), sent("c3")];
const told: readonly ToldChange[] = [1, 2, 3].map((version) => {
  const { status, type } = (events[version - 1]!.value as { public: ToldChange }).public;
  return { id: `3-${version}`, paymentId: "p1", version, status, type };
});
const callback = (version: number, status: string) => ({ orderNumber: "O1", reference: "r1", version, type: `payment.${status}`, status, signed: true });
const callbacks = [callback(2, "processing"), callback(3, "completed")];
const provider = (["received", "charged"] as const).map((kind) => ({ kind, provider: "pawapay", attemptId: "a1", amount: "10.00", currency: "USD", atMs: Date.parse(at(250)) }));
const phantom: VoidRecord = { ...logged(1, "payment.initiated", { public: view(1, "pending", "O9") }, { offset: 0, subject: "p9" }), why: "other_prev" };

const good: Journals = { events, voids: [phantom], commands, told, provider, callbacks };
const rulesBroken = (changes: Partial<Journals>): readonly string[] => judge({ ...good, ...changes }, "settled").map(({ rule }) => rule);
const refund = (seq: number, type: string, amount: string): LoggedEvent => logged(seq, `refund.${type}`, { refundId: `f${seq}`, amount: { amount, currency: "USD" } });

describe("a log that bears everything out", () => {
  it.each<[string, Partial<Journals>]>([
    ["as it is", {}],
    ["with changes told twice", { told: [...told, ...told] }],
    ["with a refused command", { events: [...events, logged(4, "command.refused", {}, { subject: "c4", aggregateVersion: 1, causation: "c4" })], commands: [...commands, sent("c4")] }],
    ["with refunds that fit", { events: [...events, refund(4, "requested", "4.00"), refund(5, "requested", "6")] }],
    ["with a callback parked, and the next one delivered", { callbacks: callbacks.slice(1), parked: [{ deliveryId: "3-2", paymentId: "p1", reason: "refused" }] }],
    ["with a provider that keeps no id of ours", { provider: [{ kind: "charged", provider: "daraja", paymentId: "p1", amount: "10.00", currency: "USD" }] }],
  ])("is innocent %s", (_, changes) => expect(rulesBroken(changes)).toEqual([]));
});

describe("a planted fault", () => {
  it.each<[string, string, Partial<Journals>]>([
    ["nothing rests on a void record", "an answer that nobody decided", { requests: [{ kind: "create", account: "m1/test", reference: "r1", beganMs: 0, endedMs: 1, answer: { status: 201, body: "", orderNumber: "O9" } }] }],
    ["nothing rests on a void record", "a callback of a void record", { callbacks: [...callbacks, { ...callback(2, "processing"), orderNumber: "O9" }] }],
    ["only what happened is on the lifecycle topic", "a change of a void record", { told: [...told, { id: "3-1", paymentId: "p9", version: 1, status: "pending", type: "payment.pending" }] }],
    ["only what happened is on the lifecycle topic", "a change told otherwise", { told: [...told, { ...told[2]!, status: "failed" }] }],
    ["every change is on the lifecycle topic", "a change left out", { told: told.slice(0, 2) }],
    ["a command is decided once", "two records for one command", { events: [...events, logged(4, "review.opened", { reviewId: "v", attemptId: "a1" }, { causation: "c3" })] }],
    ["a command is decided once", "a refused command decided again", { events: [...events, logged(4, "command.refused", {}, { subject: "c3", aggregateVersion: 1, causation: "c3" })] }],
    ["only what was asked is decided", "a decision without a command", { commands: commands.slice(1) }],
    ["nothing is decided too late", "a decision after the deadline", { commands: [sent("c1", Date.parse(at(0))), ...commands.slice(1)] }],
    ["every record is known", "a word that the judges have not learned", { events: [...events, logged(4, "payment.forgotten", {})] }],
    ["records count on", "a record left out of the count", { events: [...events, logged(4, "review.opened", { reviewId: "v", attemptId: "a1" }, { aggregateVersion: 6 })] }],
    ["one partition", "an account on two partitions", { events: [...events, logged(4, "command.refused", {}, { subject: "c4", partition: 5, aggregateVersion: 1 })] }],
    ["refunds fit in the payment", "more given back than taken", { events: [...events, refund(4, "requested", "4.00"), refund(5, "requested", "6.01")] }],
    ["every callback is signed", "a callback that anybody could have sent", { callbacks: [callbacks[0]!, { ...callbacks[1]!, signed: false }] }],
    ["callbacks in order", "a version passed over", { callbacks: [callbacks[1]!, callbacks[0]!] }],
    ["every change is told", "a callback neither told nor parked", { callbacks: callbacks.slice(0, 1) }],
    ["recorded before it is sent", "a request ahead of its record", { provider: provider.map((entry) => ({ ...entry, atMs: Date.parse(at(100)) })) }],
    ["no hole in the log", "a hole", { unreadable: [{ rule: "no hole in the log", subject: "payments.events.v1/3", how: "" }] }],
  ])("breaks the rule: %s (%s)", (rule, _, changes) => expect(rulesBroken(changes)).toContain(rule));

  it("keeps a failed refund out of the sum", () => {
    const failed = logged(5, "refund.failed", { refundId: "f4" });
    expect(rulesBroken({ events: [...events, refund(4, "requested", "10.00"), failed, refund(6, "requested", "10.00")] })).toEqual([]);
  });
});
