import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { anyCommands, eventsOf, play } from "../testing/any-commands.js";
import { orderNumber } from "../testing/messages.js";
import type { PaymentEvent } from "./messages.js";
import { decide } from "./payment.decider.js";
import { evolve } from "./payment.evolver.js";
import { type KnownPayment, type Payment, initialPayment, isOpen } from "./payment.js";

const runs = { numRuns: 1_000 };
const known = (payment: Payment): KnownPayment => {
  if (payment.status === "absent") throw new Error("nothing was initiated");
  return payment;
};

// Written down once more, apart from the code, so that the two have to agree.
const table: Readonly<Record<string, readonly string[]>> = {
  absent: ["pending", "requires_confirmation"],
  pending: ["processing", "cancelled", "expired"],
  requires_confirmation: ["processing", "cancelled", "expired"],
  requires_input: ["processing", "completed", "failed", "expired"],
  processing: ["requires_input", "completed", "failed", "expired"],
  failed: ["completed"],
  expired: ["completed"],
  cancelled: [],
  completed: [],
};
const publicWords: Readonly<Record<string, string>> = { requires_confirmation: "pending", requires_input: "pending", cancelled: "failed" };

const everyFact: readonly PaymentEvent["type"][] = [
  "PaymentInitiated",
  "InputRequested",
  "InputSubmitted",
  "PaymentConfirmed",
  "AttemptStarted",
  "AttemptProgressed",
  "AttemptResolved",
  "PaymentCompleted",
  "PaymentFailed",
  "PaymentExpired",
  "PaymentCancelled",
  "LateSuccessRecorded",
  "LateSuccessAccepted",
  "SecondSuccessRecorded",
  "ContradictionRecorded",
  "ReviewOpened",
  "ReviewClosed",
];

describe("any sequence of commands", () => {
  it("comes upon every fact there is, or the properties below would prove little", () => {
    const counts = new Map<string, number>();
    for (const commands of fc.sample(anyCommands, { numRuns: 2_000, seed: 1 })) {
      for (const { type } of eventsOf(play(commands))) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...everyFact].sort());
    expect([...counts].filter(([, count]) => count < 20)).toEqual([]);
  });

  it("stays within the table, and leaves an end only by an accepted late success", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { before, after, event } of play(commands)) {
          if (before.status === after.status) continue;
          expect(table[before.status]).toContain(after.status);
          if (["failed", "expired"].includes(before.status)) expect(event?.type).toBe("LateSuccessAccepted");
          if (before.status === "processing" && after.status === "expired") expect(event).toMatchObject({ cause: "payer_timeout" });
        }
      }),
      runs,
    ));

  it("never has two attempts open, and keeps the first caller of each", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const started = new Map<string, string>();
        for (const { after, event } of play(commands)) {
          if (event?.type === "AttemptStarted") {
            expect(started.has(event.attemptId)).toBe(false);
            started.set(event.attemptId, event.caller);
          }
          if (after.status === "absent") continue;
          expect(after.attempts.filter(isOpen).length).toBeLessThanOrEqual(1);
          for (const attempt of after.attempts) expect(attempt.caller).toBe(started.get(attempt.id));
        }
      }),
      runs,
    ));

  it("splits no more than the amount, and no less", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const moments = play(commands);
        const { amount } = known(moments.at(-1)!.after);
        for (const event of eventsOf(moments)) {
          if (event.type !== "PaymentCompleted" && event.type !== "LateSuccessAccepted") continue;
          expect(event.fee.minor + event.net.minor).toBe(amount.minor);
          expect(event.fee.minor).toBeGreaterThanOrEqual(0n);
          expect(event.net.minor).toBeGreaterThanOrEqual(0n);
        }
      }),
      runs,
    ));

  it("accounts for every approval exactly once: it completes, or is a late or second success with a review", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const moments = play(commands);
        const started = new Set(eventsOf(moments).flatMap((event) => (event.type === "AttemptStarted" ? [event.attemptId] : [])));
        const approved = new Set<string>();
        for (const { command, before } of moments) {
          if (command.type !== "RecordOutcome" || command.outcome.kind !== "approved") continue;
          if (before.status !== "absent" && before.attempts.some(({ id }) => id === command.attemptId)) approved.add(command.attemptId);
        }
        const told = eventsOf(moments).flatMap((event) =>
          event.type === "PaymentCompleted" || event.type === "LateSuccessRecorded" || event.type === "SecondSuccessRecorded" ? [event.attemptId] : [],
        );
        expect([...told].sort()).toEqual([...approved].sort());
        expect([...approved].every((id) => started.has(id as never))).toBe(true);
        const { paidBy, reviews, status } = known(moments.at(-1)!.after);
        expect(paidBy !== undefined).toBe(status === "completed");
        for (const id of approved) expect(paidBy === id || reviews.some(({ attemptId }) => attemptId === id)).toBe(true);
      }),
      runs,
    ));

  it("counts public versions from one without a gap, one for every change a merchant sees, and tells the truth", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        let version = 0;
        for (const { before, after, event } of play(commands)) {
          const seen = event !== undefined && "public" in event ? event.public : undefined;
          const moved = before.status === "absent" || wordOf(before) !== wordOf(after);
          expect(seen !== undefined).toBe(event !== undefined && (moved || event.type === "LateSuccessRecorded"));
          if (seen === undefined) continue;
          version += 1;
          expect(seen.version).toBe(version);
          expect(seen.status).toBe(wordOf(after));
          expect(seen.type).toBe(event?.type === "LateSuccessRecorded" ? "payment.review" : `payment.${seen.status}`);
        }
      }),
      runs,
    ));

  it("changes nothing when a command comes twice", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { command, after, at, event } of play(commands)) {
          if (event === undefined) continue;
          expect(decide(command, after, { at, orderNumber }).kind).not.toBe("record");
        }
      }),
      runs,
    ));

  it("folds to the same payment wherever the batches are cut", () =>
    fc.assert(
      fc.property(anyCommands, fc.array(fc.nat(30), { maxLength: 4 }), (commands, cuts) => {
        const moments = play(commands);
        const events = eventsOf(moments);
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, events.length)), events.length].sort((a, b) => a - b);
        let payment: Payment = initialPayment;
        for (const [index, end] of bounds.slice(1).entries()) {
          // A checkpoint between two batches: what is stored and loaded must be all there is.
          payment = structuredClone(payment);
          payment = events.slice(bounds[index], end).reduce<Payment>(evolve, payment);
        }
        expect(payment).toEqual(moments.at(-1)!.after);
      }),
      runs,
    ));
});

const wordOf = ({ status }: Payment): string => publicWords[status] ?? status;
