import { type AttemptId, instant, type OrderNumber, type PaymentId, type ReviewId } from "@malipo/kernel";
import type { OpenReview } from "../payments-database.js";
import { resolvedStatuses } from "../resolved.js";
import type { ReviewRow } from "../rows.js";
import type { PaymentReviewEntity } from "./payment-review.entity.js";

/** A review item with what people know its payment by; nothing while the payment's own first event waits to be readable. */
export const openReviewOf = (review: PaymentReviewEntity): readonly OpenReview[] => {
  const { reviewId, paymentId, payment, account, aggVersion, kind, attemptId, openedAt, closedAt, closedBy, resolution } = review;
  if (payment === null) return [];
  const resolved = closedAt !== null || (kind === "unresolved" && (resolvedStatuses as readonly string[]).includes(payment.internalStatus));
  return [
    {
      reviewId: reviewId as ReviewId,
      paymentId: paymentId as PaymentId,
      account: account as ReviewRow["account"],
      aggregateVersion: aggVersion,
      kind: kind as ReviewRow["kind"],
      attemptId: attemptId as AttemptId,
      openedAt: instant(openedAt.getTime()),
      ...(closedAt !== null && { closedAt: instant(closedAt.getTime()) }),
      ...(closedBy !== null && { closedBy }),
      ...(resolution !== null && { resolution }),
      orderNumber: payment.orderNumber as OrderNumber,
      reference: payment.reference,
      status: payment.status,
      resolved,
    },
  ];
};
