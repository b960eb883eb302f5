import { describe, expect, it } from "@jest/globals";
import { encodePaymentEvent } from "@malipo/event-contracts";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import { anyCommands, eventsOf, paymentId, play } from "@malipo/payment-lifecycle/testing";
import fc from "fast-check";
import type { LoggedEvent } from "./journals.js";
import { judge } from "./judge.js";
import { readStories } from "./story.js";

const logged = (events: readonly PaymentEvent[]): readonly LoggedEvent[] =>
  events.map((event, offset) => {
    const { type, value } = encodePaymentEvent(event);
    return { partition: 0, offset, type, subject: paymentId, value: value as LoggedEvent["value"] };
  });

/** Rules about ledgers and merchants need journals of their own; an honest provider and merchant are taken from the log here. */
const aboutOthers = new Set(["one charge per payment", "nothing is left hanging"]);

describe("two folds that share no code", () => {
  it("find the production rules keeping the judge's rules, whatever the commands", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const events = logged(eventsOf(play(commands)));
        const { stories } = readStories(events);
        const [story] = [...stories.values()];
        const provider = story!.approved.map((attemptId) => ({
          kind: "charged" as const,
          provider: "pawapay",
          attemptId,
          amount: story!.amount,
          currency: story!.currency,
        }));
        const callbacks = story!.views.map(({ version, type, status, reference, orderNumber }) => ({ version, type, status, reference, orderNumber }));
        expect(judge({ events, provider, callbacks }, "settled").filter(({ rule }) => !aboutOthers.has(rule))).toEqual([]);
      }),
      { numRuns: 1_000 },
    ));

  it("end in the same state", () =>
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const moments = play(commands);
        const last = moments.at(-1)!.after;
        const story = [...readStories(logged(eventsOf(moments))).stories.values()][0]!;
        expect(last).toMatchObject({ status: story.status, public: { version: story.views.length } });
        expect(story.paidBy).toBe("paidBy" in last ? last.paidBy : undefined);
      }),
      { numRuns: 500 },
    ));
});
