import { describe, it } from "@jest/globals";
import type { Account, Instant, PaymentId } from "@malipo/kernel";
import fc from "fast-check";
import { type Delivery, type DeliveryFact, type SendOutcome, deliveryIdOf, owed } from "./delivery.js";
import { type PaymentLine, type Send, beginSend, concludeSend, emptyLine, enqueue, evolveLine, headOf, nextSend } from "./payment-line.js";
import { retryWaitMs } from "./schedule.js";

const paymentId = "a".repeat(32) as PaymentId;
const account = `${"b".repeat(32)}/test` as Account;

type Step =
  | { do: "arrive" }
  | { do: "wait"; ms: number }
  | { do: "begin" }
  | { do: "end"; outcome: SendOutcome; drawn: number }
  | { do: "crash" }
  | { do: "redeliver"; nth: number };

const outcomes: fc.Arbitrary<SendOutcome> = fc.oneof(
  fc.constantFrom(200, 201, 301, 400, 404, 408, 410, 429, 500, 503).map((status) => ({ kind: "response", status }) as const),
  fc.constantFrom({ kind: "unknown", cause: "timeout" } as const, { kind: "not_sent", cause: "connection_refused" } as const),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step>({ do: "arrive" }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 1_000, 5_000, 40_000, 4_000_000, 50_000_000) }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: "begin" }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("end" as const), outcome: outcomes, drawn: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "crash" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("redeliver" as const), nth: fc.nat(4) }) },
);

/** Runs a payment's line the way the dispatcher does, with a crash losing all but the log, and keeps a journal. */
const run = (script: readonly Step[]) => {
  let now = 1_000 as Instant;
  let line: PaymentLine = emptyLine;
  let sends = 0;
  const arrived: Delivery[] = [];
  const log: DeliveryFact[] = [];
  const begun: Send[] = [];
  const crashed = new Set<string>();
  const replayed = new Set<string>();
  const acknowledged: Delivery[] = [];
  const rebuilt = () => log.reduce<PaymentLine>((state, fact, offset) => evolveLine(state, fact, offset), arrived.reduce<PaymentLine>(enqueue, emptyLine));
  const put = (fact: DeliveryFact) => {
    log.push(fact);
    line = evolveLine(line, fact, log.length - 1);
  };

  for (const step of script) {
    switch (step.do) {
      case "arrive": {
        const seq = arrived.length + 1;
        const delivery = owed({ id: deliveryIdOf(0, seq), partition: 0, seq, paymentId, account, at: now });
        arrived.push(delivery);
        line = enqueue(line, delivery);
        break;
      }
      case "wait":
        now = (now + step.ms) as Instant;
        break;
      case "begin": {
        const head = headOf(line);
        const before = line.sending;
        const next = beginSend(line, now, `s${(sends += 1)}`);
        if (next === undefined) break;
        if (before !== undefined) throw new Error("two sends of one payment at once");
        if (next.send.deliveryId !== head?.id) throw new Error("not the head was sent");
        const skipped = line.deliveries.filter(({ seq, state }) => seq < head.seq && state === "waiting");
        if (skipped.length > 0) throw new Error("order broken");
        begun.push(next.send);
        line = next.line;
        break;
      }
      case "end": {
        const { sending } = line;
        if (sending === undefined) break;
        const delivery = line.deliveries.find(({ id }) => id === sending.deliveryId)!;
        const fact = concludeSend(delivery, sending, step.outcome, 3, step.drawn);
        if (fact.type === "CallbackAttempted" && fact.result.kind === "delivered") acknowledged.push(delivery);
        put(fact);
        break;
      }
      case "crash":
        if (line.sending !== undefined) crashed.add(line.sending.attemptId);
        line = rebuilt();
        break;
      case "redeliver": {
        const delivery = arrived[step.nth];
        if (delivery === undefined) break;
        replayed.add(delivery.id);
        put({ type: "RedeliveryRequested", deliveryId: delivery.id, paymentId, requestId: `r${log.length}`, at: now, by: "operations" });
        break;
      }
    }
  }
  return { now, line, log, begun, crashed, replayed, acknowledged, rebuilt };
};

const scripts = fc.array(steps, { maxLength: 120 });

describe("any run of a payment's callbacks", () => {
  it("never breaks the order, and acknowledges first deliveries in order", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { acknowledged, replayed } = run(script);
        const first = acknowledged.filter(({ id }) => !replayed.has(id)).map(({ seq }) => seq);
        return first.every((seq, index) => index === 0 || seq > first[index - 1]!);
      }),
      { numRuns: 500 },
    );
  });

  it("records every send that did not crash, once", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { begun, crashed, log, line } = run(script);
        const recorded = log.flatMap((fact) => (fact.type === "CallbackAttempted" ? [fact.attemptId] : []));
        const expected = begun.map(({ attemptId }) => attemptId).filter((id) => !crashed.has(id) && id !== line.sending?.attemptId);
        return JSON.stringify(recorded) === JSON.stringify(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("is the fold of its log, and loses nothing: what is not done waits or is parked", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { line, rebuilt } = run(script);
        if (JSON.stringify(rebuilt().deliveries) !== JSON.stringify(line.deliveries)) return false;
        return headOf(line) === undefined || line.sending !== undefined || nextSend(line) !== undefined;
      }),
      { numRuns: 500 },
    );
  });

  it("keeps each wait within 20 % of the schedule", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, drawn) => {
        const middle = retryWaitMs(tries, 0.5);
        const wait = retryWaitMs(tries, drawn);
        return wait >= middle * 0.8 - 1 && wait <= middle * 1.2 + 1;
      }),
    );
  });
});
