import { nothingNew, record, refuse } from "@malipo/kernel";
import { type KnownPayment, reviewOf } from "../payment.js";
import { nextView } from "../public-view.js";
import { reviewIdOf } from "../review-ids.js";
import { isUnderWay, isWaiting } from "../transitions.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";

/** A clock alone ends only what was never tried: once an attempt has begun, the payer may have been charged. */
export const expirePayment = ({ paymentId }: CommandOf<"ExpirePayment">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  // The timer was overtaken, which is no news.
  if (!isWaiting(payment.status) || payment.attempts.length > 0) return nothingNew;
  if (at < payment.expiresAt) return refuse("move_not_allowed", { why: "too_early" });
  return record({ type: "PaymentExpired", paymentId, at, cause: "no_attempt", public: nextView(payment, "expired") });
};

/** Too long without a word: a person looks at it, and the payment stays what it is. */
export const openReview = ({ paymentId, reviewId }: CommandOf<"OpenReview">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  if (reviewOf(payment, reviewId) !== undefined) return nothingNew;
  const attempt = payment.attempts.find(({ id }) => reviewIdOf("unresolved", id) === reviewId);
  if (attempt === undefined) return refuse("review_not_found");
  if (!isUnderWay(payment.status) || attempt !== payment.attempts.at(-1)) return nothingNew;
  if (at < attempt.resolveBy) return refuse("move_not_allowed", { why: "too_early" });
  return record({ type: "ReviewOpened", paymentId, at, reviewId, kind: "unresolved", attemptId: attempt.id });
};
