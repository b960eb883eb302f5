import { nothingNew, record, refuse } from "@malipo/kernel";
import { splitByTerms } from "../fees.js";
import { type KnownPayment, attemptOf, openAttempt, reviewOf } from "../payment.js";
import { nextView } from "../public-view.js";
import { endedWithoutMoney } from "../transitions.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";

export const closeReview = (command: CommandOf<"CloseReview">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  const review = reviewOf(payment, command.reviewId);
  if (review === undefined) return refuse("review_not_found");
  return review.open ? record({ ...command, type: "ReviewClosed", at }) : nothingNew;
};

/** A person says that the merchant keeps the late money: the one way back from an ended payment. */
export const acceptLateSuccess = (command: CommandOf<"AcceptLateSuccess">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  const { paymentId, reviewId, by } = command;
  const review = reviewOf(payment, reviewId);
  if (review?.kind !== "late_success") return refuse("review_not_found");
  const { attemptId } = review;
  if (payment.paidBy === attemptId) return nothingNew;
  if (!review.open) return refuse("move_not_allowed", { why: "review_closed" });
  // While another attempt may still bring the money, acceptance could make it two.
  const isSettled = endedWithoutMoney(payment.status) || (payment.status === "processing" && openAttempt(payment) === undefined);
  if (!isSettled) return refuse("move_not_allowed", { status: payment.public.status });

  return record({
    type: "LateSuccessAccepted",
    paymentId,
    at,
    reviewId,
    by,
    attemptId,
    providerReference: attemptOf(payment, attemptId)?.providerReferences.at(-1) ?? "",
    ...splitByTerms(payment.amount, payment.terms),
    termsVersion: payment.terms.version,
    public: nextView(payment, "completed"),
  });
};
