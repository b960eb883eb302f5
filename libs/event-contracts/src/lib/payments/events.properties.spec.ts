import { describe, expect, it } from "@jest/globals";
import { type Payment, evolve, initialPayment } from "@malipo/payment-lifecycle";
import { anyCommands, eventsOf, play } from "@malipo/payment-lifecycle/testing";
import fc from "fast-check";
import { fromJsonBytes, toJsonBytes } from "../codec/index.js";
import { decodePaymentCommand, encodePaymentCommand } from "./commands.js";
import { type RecordedFact, decodePaymentEvent, encodePaymentEvent } from "./events.js";
import { lifecycleChangeOf } from "./lifecycle.js";

const overTheWire = (event: RecordedFact): RecordedFact => {
  const { type, value } = encodePaymentEvent(event);
  return decodePaymentEvent(type, fromJsonBytes(toJsonBytes(value)));
};

describe("any history of a payment", () => {
  it("is the same after the wire, fact by fact and folded", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const moments = play(commands);
        const received = eventsOf(moments).map(overTheWire);
        expect(received).toEqual(eventsOf(moments));
        const folded = received.reduce<Payment>((payment, event) => (event.type === "CommandRefused" ? payment : evolve(payment, event)), initialPayment);
        expect(folded).toEqual(moments.at(-1)!.after);
      }),
      { numRuns: 500 },
    ));

  it("comes about by commands that are the same after the wire", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { command } of commands) {
          const { type, value } = encodePaymentCommand(command);
          expect(decodePaymentCommand(type, fromJsonBytes(toJsonBytes(value)))).toEqual(command);
        }
      }),
      { numRuns: 200 },
    ));

  it("tells the outside of every public change and of nothing else", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const versions = eventsOf(play(commands)).flatMap((event) => lifecycleChangeOf(event)?.public.version ?? []);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }),
      { numRuns: 200 },
    ));
});
