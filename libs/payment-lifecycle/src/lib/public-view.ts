import type { FailureReason, PublicStatus, PublicView } from "./messages.js";
import type { KnownPayment, PaymentStatus } from "./payment.js";

const publicStatuses: Readonly<Record<PaymentStatus, PublicStatus>> = {
  pending: "pending",
  requires_input: "pending",
  requires_confirmation: "pending",
  processing: "processing",
  completed: "completed",
  failed: "failed",
  cancelled: "failed",
  expired: "expired",
  reversed: "refunded",
};

export const publicStatusOf = (status: PaymentStatus): PublicStatus => publicStatuses[status];

/** What a merchant sees now. */
export const publicView = (payment: KnownPayment): PublicView => payment.public;

type Subject = Pick<KnownPayment, "orderNumber" | "reference" | "amount" | "method" | "callback">;

/** The view with which a payment begins. */
export const firstView = (subject: Subject, status: PaymentStatus): PublicView => view(subject, 1, publicStatusOf(status));

/** The next view: one more public change. */
export const nextView = (payment: KnownPayment, status: PaymentStatus, reason?: FailureReason): PublicView =>
  view(payment, payment.public.version + 1, publicStatusOf(status), reason);

/** Spread into an event that may or may not change what a merchant sees; nothing where it does not. */
export const viewIfChanged = (payment: KnownPayment, status: PaymentStatus): { public?: PublicView } =>
  publicStatusOf(status) === payment.public.status ? {} : { public: nextView(payment, status) };

/** The status stays as the merchant knows it; a late success has to be looked at by a person. */
export const reviewView = (payment: KnownPayment): PublicView => ({
  ...view(payment, payment.public.version + 1, publicStatusOf(payment.status)),
  type: "payment.review",
  reason: "late_success",
});

const view = (
  { reference, orderNumber, amount, method, callback }: Subject,
  version: number,
  status: PublicStatus,
  reason?: FailureReason,
): PublicView => ({
  version,
  type: `payment.${status}`,
  status,
  reference,
  orderNumber,
  amount,
  method,
  ...(reason !== undefined && { reason }),
  ...(callback !== undefined && { callback }),
});
