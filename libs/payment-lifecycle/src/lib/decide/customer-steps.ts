import { nothingNew, record, refuse } from "@malipo/kernel";
import { type KnownPayment, openAttempt } from "../payment.js";
import { nextView, viewIfChanged } from "../public-view.js";
import { isWaiting } from "../transitions.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";

/** The payer's one-time code went to the router by its own sealed way; here we learn only that it was given. */
export const provideInput = ({ paymentId, attemptId }: CommandOf<"ProvideInput">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  if (payment.status !== "requires_input" || openAttempt(payment)?.id !== attemptId) return refuse("input_not_expected");
  return record({ type: "InputSubmitted", paymentId, at, attemptId, ...viewIfChanged(payment, "processing") });
};

export const confirmPayment = ({ paymentId }: CommandOf<"ConfirmPayment">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  if (payment.confirmation === "given") return nothingNew;
  if (payment.status !== "requires_confirmation") return refuse("confirmation_not_expected");
  return record({ type: "PaymentConfirmed", paymentId, at });
};

/** Only before any attempt: what was sent to a provider cannot be taken back by a word of ours. */
export const cancelPayment = ({ paymentId, by }: CommandOf<"CancelPayment">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  if (payment.status === "cancelled") return nothingNew;
  if (!isWaiting(payment.status) || payment.attempts.length > 0) {
    return refuse("payment_not_cancellable", { status: payment.public.status });
  }
  return record({ type: "PaymentCancelled", paymentId, at, by, public: nextView(payment, "cancelled", "cancelled") });
};
