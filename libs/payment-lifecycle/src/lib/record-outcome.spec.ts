import { describe, it } from "@jest/globals";
import {
  acceptLate,
  approval,
  asksForCode,
  attempt,
  begin,
  channel,
  closeReview,
  decline,
  inProgress,
  initiate,
  notSent,
  provideInput,
  terms,
  unknown,
  usd,
} from "../testing/messages.js";
import { given } from "../testing/given.js";

const processing = [initiate(), begin("a1", 1)] as const;
const next = channel("mobex");
const failedOver = [...processing, decline("a1", "unspecified", next), begin("a2", 2, next)] as const;

describe("recording an approval", () => {
  it("completes the payment with fee and net", () =>
    void given(initiate({ terms: { ...terms, version: 4, feeFixed: usd(30), feeBasisPoints: 250 } }), begin("a1", 1))
      .when(approval("a1"))
      .expectEvent("PaymentCompleted", { fee: usd(55), net: usd(945), termsVersion: 4, providerReference: "ref-a1" })
      .expectPublic({ version: 3, type: "payment.completed", status: "completed" }));

  it("changes nothing when a provider repeats it", () => given(...processing, approval("a1")).when(approval("a1")).expectNothingNew());

  it("keeps one that comes after the payment failed as a late success, and the status as it was", () =>
    void given(...processing, decline("a1"))
      .when(approval("a1"))
      .expectEvent("LateSuccessRecorded", { providerReference: "ref-a1" })
      .expectPublic({ version: 4, type: "payment.review", status: "failed", reason: "late_success" }));

  it("keeps one of an expired payment as a late success", () =>
    void given(...processing, decline("a1", "payer_timeout"))
      .when(approval("a1"))
      .expectPublic({ version: 4, type: "payment.review", status: "expired", reason: "late_success" }));

  it("keeps one of an earlier attempt as a late success while the next is open", () =>
    void given(...failedOver)
      .when(approval("a1"))
      .expectEvent("LateSuccessRecorded")
      .expectPublic({ version: 3, type: "payment.review", status: "processing", reason: "late_success" }));

  it("changes nothing when a late success is repeated", () =>
    given(...processing, decline("a1"), approval("a1")).when(approval("a1")).expectNothingNew());

  it("keeps the approval of a second attempt as a second success, with a refund proposed", () =>
    void given(...failedOver, approval("a2"))
      .when(approval("a1"))
      .expectEvent("SecondSuccessRecorded", { attemptId: attempt("a1"), refundProposed: usd(1_000) })
      .expectPublic(undefined));

  it("takes an approval while the code is awaited for the code", () =>
    void given(...processing, asksForCode("a1")).when(approval("a1")).expectEvent("PaymentCompleted"));

  it("refuses one of an attempt that was never started", () =>
    given(...processing).when(approval("a9")).expectRefusal("attempt_not_allowed", { why: "not_started" }));
});

describe("recording a decline", () => {
  it("fails the payment with its reason when it was the last provider", () =>
    void given(...processing)
      .when(decline("a1", "wrong_pin"))
      .expectEvent("PaymentFailed", { reason: "wrong_pin" })
      .expectPublic({ version: 3, type: "payment.failed", status: "failed", reason: "wrong_pin" }));

  it("only ends the attempt when another provider is next", () =>
    void given(...processing).when(decline("a1", "unspecified", next)).expectEvent("AttemptResolved", { next }).expectPublic(undefined));

  it("expires the payment when the payer's time ran out", () =>
    void given(...processing)
      .when(decline("a1", "payer_timeout"))
      .expectEvent("PaymentExpired", { cause: "payer_timeout" })
      .expectPublic({ version: 3, type: "payment.expired", status: "expired" }));

  it("fails with the reason cancelled when the payer cancelled at the provider", () =>
    void given(...processing).when(decline("a1", "cancelled")).expectPublic({ version: 3, type: "payment.failed", status: "failed", reason: "cancelled" }));

  it("is a contradiction after an approval, told once", () => {
    given(...processing, approval("a1")).when(decline("a1")).expectEvent("ContradictionRecorded").expectPublic(undefined);
    given(...processing, approval("a1"), decline("a1")).when(decline("a1", "wrong_pin")).expectNothingNew();
    given(...processing, approval("a1"), decline("a1")).when(notSent("a1")).expectEvent("ContradictionRecorded");
  });

  it("changes nothing when repeated", () => given(...processing, decline("a1")).when(decline("a1")).expectNothingNew());
});

describe("recording that nothing was sent", () => {
  it("fails the payment as provider_unavailable when it was the last provider", () =>
    void given(...processing).when(notSent("a1")).expectEvent("PaymentFailed", { reason: "provider_unavailable" }));

  it("goes on to the next provider", () => void given(...processing, unknown("a1")).when(notSent("a1", next)).expectEvent("AttemptResolved", { next }));

  it("is not believed of what the provider has taken into work", () =>
    void given(...processing, inProgress("a1", "ws-1")).when(notSent("a1", next)).expectEvent("ContradictionRecorded"));
});

describe("recording progress", () => {
  it("keeps that we cannot tell, once", () => {
    given(...processing).when(unknown("a1")).expectEvent("AttemptProgressed", { knowledge: "unknown", cause: "timeout" }).expectPublic(undefined);
    given(...processing, unknown("a1")).when(unknown("a1")).expectNothingNew();
  });

  it("keeps a provider's reference, once", () => {
    given(...processing, inProgress("a1")).when(inProgress("a1", "ws-1")).expectEvent("AttemptProgressed", { providerReference: "ws-1" });
    given(...processing, inProgress("a1", "ws-1")).when(inProgress("a1", "ws-1")).expectNothingNew();
    given(...processing, inProgress("a1", "ws-1")).when(inProgress("a1")).expectNothingNew();
  });

  it("knows no less because a later question went unanswered", () => given(...processing, inProgress("a1")).when(unknown("a1")).expectNothingNew());

  it("records nothing after the last word", () => {
    given(...processing, approval("a1")).when(inProgress("a1", "ws-1")).expectNothingNew();
    given(...processing, decline("a1")).when(unknown("a1")).expectNothingNew();
  });

  it("asks the payer for a code and goes on when it was given", () => {
    given(...processing)
      .when(asksForCode("a1"))
      .expectEvent("InputRequested", { input: "otp" })
      .expectPublic({ version: 3, type: "payment.pending", status: "pending" });
    given(...processing, asksForCode("a1")).when(asksForCode("a1")).expectNothingNew();
    given(...processing, asksForCode("a1"))
      .when(provideInput("a1"))
      .expectEvent("InputSubmitted")
      .expectPublic({ version: 4, type: "payment.processing", status: "processing" });
    given(...processing).when(provideInput("a1")).expectRefusal("input_not_expected");
  });
});

describe("accepting a late success", () => {
  const late = [...processing, decline("a1"), approval("a1")] as const;

  it("completes the payment with the money of that attempt", () =>
    void given(...late)
      .when(acceptLate("late_success-a1"))
      .expectEvent("LateSuccessAccepted", { attemptId: attempt("a1"), providerReference: "ref-a1", net: usd(1_000) })
      .expectPublic({ version: 5, type: "payment.completed", status: "completed" }));

  it("changes nothing the second time", () =>
    given(...late, acceptLate("late_success-a1")).when(acceptLate("late_success-a1")).expectNothingNew());

  it("is refused when the review was closed otherwise", () =>
    given(...late, closeReview("late_success-a1")).when(acceptLate("late_success-a1")).expectRefusal("move_not_allowed", { why: "review_closed" }));

  it("is refused while another attempt may still bring the money", () =>
    given(...failedOver, approval("a1")).when(acceptLate("late_success-a1")).expectRefusal("move_not_allowed"));

  it("is refused where nothing came late", () => {
    given(...late).when(acceptLate("late_success-a9")).expectRefusal("review_not_found");
    given(...failedOver, approval("a2"), approval("a1")).when(acceptLate("second_success-a1")).expectRefusal("review_not_found");
  });
});
