import { describe, expect, it } from "@jest/globals";
import { CorruptStreamError } from "@malipo/kernel";
import fc from "fast-check";
import { anyCommands, eventsOf, play } from "../testing/any-commands.js";
import { given } from "../testing/given.js";
import { approval, begin, decline, initiate } from "../testing/messages.js";
import type { PaymentEvent } from "./messages.js";
import { evolve } from "./payment.evolver.js";
import { type Payment, initialPayment } from "./payment.js";

const eventOf = (then: { decision: { kind: string; event?: PaymentEvent } }): PaymentEvent => then.decision.event!;
const publicOf = (event: PaymentEvent) => ("public" in event && event.public !== undefined ? event.public : given(initiate()).state.public);
const fold = (events: readonly PaymentEvent[]): Payment => events.reduce<Payment>(evolve, initialPayment);

describe("folding a history that cannot be", () => {
  const initiated = eventOf(given().when(initiate()));
  const started = eventOf(given(initiate()).when(begin("a1", 1)));
  const completed = eventOf(given(initiate(), begin("a1", 1)).when(approval("a1")));
  const failed = eventOf(given(initiate(), begin("a1", 1)).when(decline("a1")));

  it.each<[string, readonly PaymentEvent[]]>([
    ["does not begin at the beginning", [started]],
    ["begins twice", [initiated, initiated]],
    ["starts the same attempt twice", [initiated, started, started]],
    ["completes without an attempt", [initiated, completed]],
    ["completes what has failed", [initiated, started, failed, completed]],
    ["is missing a public version", [initiated, started, { ...completed, public: { ...publicOf(initiated), version: 7 } } as PaymentEvent]],
    ["says something else than it does", [initiated, started, { ...completed, public: { ...publicOf(failed), version: 3 } } as PaymentEvent]],
    ["is of another payment", [initiated, { ...started, paymentId: "0f3c8ae1d2b94b7f9a6c5d4e3f201182" } as PaymentEvent]],
  ])("stops where it %s", (_, events) => {
    expect(() => fold(events)).toThrow(CorruptStreamError);
  });

  it("stops when any fact is told twice in a row, except a contradiction", () =>
    fc.assert(
      fc.property(anyCommands, fc.nat(), (commands, pick) => {
        const events = eventsOf(play(commands));
        const index = pick % events.length;
        const twice = events[index]!;
        fc.pre(!["ContradictionRecorded", "AttemptProgressed"].includes(twice.type));
        expect(() => fold([...events.slice(0, index + 1), twice])).toThrow(CorruptStreamError);
      }),
      { numRuns: 1_000 },
    ));
});
