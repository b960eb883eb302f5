import { nothingNew, record } from "@malipo/kernel";
import { splitByTerms } from "../fees.js";
import { type Attempt, type KnownPayment, isOpen } from "../payment.js";
import { nextView, reviewView } from "../public-view.js";
import { reviewIdOf } from "../review-ids.js";
import type { PaymentDecision } from "./context.js";
import type { OutcomeOf, Witness } from "./witness.js";

/** The payer has paid through this attempt. Whatever state we are in, that is never dropped. */
export const recordApproval = (
  { providerReference }: OutcomeOf<"approved">,
  witness: Witness,
  payment: KnownPayment,
  attempt: Attempt,
): PaymentDecision => {
  if (attempt.knowledge === "approved") return nothingNew;

  if (payment.paidBy !== undefined) {
    // Two attempts now hold the payer's money, and somebody has to give one of them back.
    const reviewId = reviewIdOf("second_success", attempt.id);
    return record({ ...witness, type: "SecondSuccessRecorded", reviewId, providerReference, refundProposed: payment.amount });
  }
  if (isOpen(attempt)) {
    return record({
      ...witness,
      type: "PaymentCompleted",
      providerReference,
      ...splitByTerms(payment.amount, payment.terms),
      termsVersion: payment.terms.version,
      public: nextView(payment, "completed"),
    });
  }
  // The merchant was told, or is about to be told, something else: a person decides between a refund and acceptance.
  const reviewId = reviewIdOf("late_success", attempt.id);
  return record({ ...witness, type: "LateSuccessRecorded", reviewId, providerReference, public: reviewView(payment) });
};
