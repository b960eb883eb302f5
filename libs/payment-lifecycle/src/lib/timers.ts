import type { Instant } from "@malipo/kernel";
import type { PaymentCommand } from "./messages.js";
import type { Payment } from "./payment.js";
import { reviewIdOf } from "./review-ids.js";
import { isUnderWay, isWaiting } from "./transitions.js";

/** A time, and the command that it becomes once the clock has reached it. */
export type PaymentTimer = Readonly<{ kind: "expiresAt" | "resolveBy"; at: Instant; command: PaymentCommand }>;

/** The timer a payment waits for: at most one. It is a function of the state, so a heap can be rebuilt at any time. */
export const timersOf = (payment: Payment): readonly PaymentTimer[] => {
  if (payment.status === "absent") return [];
  const { paymentId, attempts, reviews } = payment;
  const last = attempts.at(-1);
  if (last === undefined) {
    return isWaiting(payment.status)
      ? [{ kind: "expiresAt", at: payment.expiresAt, command: { type: "ExpirePayment", paymentId } }]
      : [];
  }
  const reviewId = reviewIdOf("unresolved", last.id);
  if (!isUnderWay(payment.status) || reviews.some(({ id }) => id === reviewId)) return [];
  return [{ kind: "resolveBy", at: last.resolveBy, command: { type: "OpenReview", paymentId, reviewId } }];
};
