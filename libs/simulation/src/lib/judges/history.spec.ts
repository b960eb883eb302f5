import { describe, expect, it } from "@jest/globals";
import { historyOf } from "./history.js";
import type { Journals, LoggedEvent } from "./journals.js";
import { judge } from "./judge.js";

const startMs = Date.parse("2026-01-01T00:00:00.000Z");
const record = (n: string, offset: number, type: string, ms: number, value: object): LoggedEvent => ({
  partition: 3,
  offset,
  type: `payments.${type}.v1`,
  subject: `p${n}`,
  account: "m1/test",
  value: { paymentId: `p${n}`, at: new Date(startMs + ms).toISOString(), ...value },
  appendedAtMs: startMs + ms,
});
const payment = (n: string, from: number): readonly LoggedEvent[] => {
  const view = (version: number, status: string) => ({ version, type: `payment.${status}`, status, reference: `r${n}`, orderNumber: `O${n}` });
  return [
    record(n, from, "payment.initiated", 10, { amount: { amount: "10.00", currency: "USD" }, public: view(1, "pending") }),
    record(n, from + 1, "attempt.started", 20, { attemptId: `a${n}`, number: 1, caller: "router-1#x", public: view(2, "processing") }),
    record(n, from + 3, "payment.completed", 60, { attemptId: `a${n}`, public: view(3, "completed") }),
  ];
};
const entry = (n: string, kind: "received" | "charged", ms: number) => ({ kind, provider: "pawapay", attemptId: `a${n}`, amount: "10.00", currency: "USD", caller: "router-1#x", atMs: startMs + ms });
const journals: Journals = {
  events: [...payment("1", 0), ...payment("2", 10)],
  voids: [{ ...record("1", 2, "attempt.started", 25, { attemptId: "a1", caller: "router-2#y" }), why: "other_prev" }],
  provider: [entry("1", "received", 30), entry("1", "received", 35), entry("1", "charged", 40), entry("2", "received", 30), entry("2", "charged", 31)],
  callbacks: [],
  requests: [
    { kind: "create", account: "m1/test", reference: "r1", beganMs: startMs, endedMs: startMs + 15, answer: { status: 201, body: "", orderNumber: "O1" } },
    { kind: "status", account: "m1/test", orderNumber: "O1", beganMs: startMs + 70, endedMs: startMs + 71, answer: { status: 200, body: "", version: 3, paymentStatus: "completed" } },
  ],
};

describe("the history of a violation", () => {
  it("is that of its payment alone, in the order of time, with what was void", () => {
    const [violation, ...others] = judge(journals, "stopped");
    expect([violation?.rule, others]).toEqual(["one send per attempt", []]);
    expect(historyOf(journals, violation!)).toEqual([
      "    +0.000 s  client asks: create r1",
      "    +0.010 s  log 3/0 valid payment.initiated → version 1 payment.pending",
      "    +0.015 s  client has: create r1: 201 O1",
      "    +0.020 s  log 3/1 valid attempt.started a1 router-1#x → version 2 payment.processing",
      "    +0.025 s  log 3/2 void (other_prev) attempt.started a1 router-2#y",
      "    +0.030 s  pawapay received a1 10.00 USD from router-1#x",
      "    +0.035 s  pawapay received a1 10.00 USD from router-1#x",
      "    +0.040 s  pawapay charged a1 10.00 USD from router-1#x",
      "    +0.060 s  log 3/3 valid payment.completed a1 → version 3 payment.completed",
    ]);
  });

  it.each(["O2", "p2", "m1/test r2", "a2"])("is found by %s", (subject) => {
    const lines = historyOf(journals, { rule: "any", subject, how: "" });
    expect(lines).toHaveLength(5);
    expect(lines.join("\n")).not.toContain("a1");
  });

  it("shows reads where reading went wrong, and a place of the log where that is all there is", () => {
    expect(historyOf(journals, { rule: "reads never go back", subject: "O1", how: "" }).join("\n")).toContain("status O1: 200 version 3");
    expect(historyOf(journals, { rule: "no hole in the log", subject: "payments.events.v1/3", how: "" })).toHaveLength(7);
    expect(historyOf(journals, { rule: "no process gives up", subject: "router-1", how: "out of memory" })).toEqual([]);
  });
});
