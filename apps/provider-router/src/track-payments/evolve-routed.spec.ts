import { describe, expect, it } from "@jest/globals";
import type { Account, PaymentId } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import { evolveRouted } from "./evolve-routed.js";
import type { RoutedPayment } from "./routed-payment.js";

const evidence = { source: "query" } as const;
const facts = { account: `${"a".repeat(32)}/test` as Account, partition: 3 };

/** Only what the fold looks at. */
const fold = (...events: object[]): RoutedPayment =>
  events.reduce<RoutedPayment | undefined>((payment, event) => evolveRouted(payment, { paymentId: "p" as PaymentId, at: 1, evidence, ...event } as unknown as PaymentEvent, facts), undefined)!;

const initiated = { type: "PaymentInitiated", terms: { channels: [] } };
const started = (attemptId: string) => ({ type: "AttemptStarted", attemptId, number: 1, caller: "r#1" });
const turnedAway = (attemptId: string) => ({ type: "AttemptResolved", attemptId, outcome: { kind: "not_sent", cause: "stopping" }, next: { provider: "b", channelId: "c" } });
const late = { type: "LateSuccessRecorded", attemptId: "1", reviewId: "r" };

describe("the router's picture of a payment", () => {
  it("begins nothing more once the money of an earlier attempt came late, whichever came first", () => {
    expect(fold(initiated, started("1"), turnedAway("1"))).toMatchObject({ phase: "waiting" });
    expect(fold(initiated, started("1"), turnedAway("1"), late)).toMatchObject({ phase: "held", inReview: true });
    expect(fold(initiated, started("1"), turnedAway("1"), started("2"), late)).toMatchObject({ phase: "open" });
    expect(fold(initiated, started("1"), turnedAway("1"), started("2"), late, turnedAway("2"))).toMatchObject({ phase: "held" });
  });

  it("is closed when a person accepts the late money", () => {
    expect(fold(initiated, started("1"), turnedAway("1"), late, { type: "LateSuccessAccepted", attemptId: "1" })).toMatchObject({ phase: "closed", inReview: false });
  });

  it("keeps the id by which an attempt that waits for a code can be asked about", () => {
    const asked = fold(initiated, started("1"), { type: "InputRequested", attemptId: "1", input: "otp", providerReference: "ref" });
    expect(asked.attempts).toMatchObject([{ knowledge: "in_progress", providerReference: "ref" }]);
  });
});
