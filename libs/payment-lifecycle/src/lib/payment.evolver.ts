import { CorruptStreamError, assertNever } from "@malipo/kernel";
import { contradictionOf } from "./decide/record-no-money.js";
import { attemptAdded, attemptChanged, corruptUnless, reviewAdded, reviewClosed } from "./evolve-steps.js";
import type { PaymentEvent } from "./messages.js";
import type { KnownPayment, Payment } from "./payment.js";
import { publicStatusOf } from "./public-view.js";
import { mayMove } from "./transitions.js";

/**
 * Applies a fact without judging it, and stops on a history that `decide` cannot have written.
 * @throws CorruptStreamError
 */
export const evolve = (payment: Payment, event: PaymentEvent): KnownPayment => {
  if (event.type === "PaymentInitiated") return initiated(payment, event);
  if (payment.status === "absent") throw new CorruptStreamError(event, "comes before the payment was initiated");
  corruptUnless(event.paymentId === payment.paymentId, event, "is of another payment");

  const after = withView(apply(payment, event), event);
  corruptUnless(mayMove(payment.status, after.status), event, `cannot lead from ${payment.status} to ${after.status}`);
  corruptUnless(after.public.status === publicStatusOf(after.status), event, `says ${after.public.status} of a payment that is ${after.status}`);
  return after;
};

const apply = (payment: KnownPayment, event: Exclude<PaymentEvent, { type: "PaymentInitiated" }>): KnownPayment => {
  switch (event.type) {
    case "InputRequested":
      return { ...attemptChanged(payment, event, "in_progress"), status: "requires_input" };
    case "InputSubmitted":
      corruptUnless(payment.status === "requires_input", event, "answers what was not asked");
      return { ...payment, status: "processing" };
    case "PaymentConfirmed":
      corruptUnless(payment.confirmation === "required", event, "confirms what was not asked");
      return { ...payment, confirmation: "given" };
    case "AttemptStarted":
      return { ...attemptAdded(payment, event), status: "processing" };
    case "AttemptProgressed":
      return attemptChanged(payment, event, event.knowledge);
    case "AttemptResolved":
      return { ...attemptChanged(payment, event, event.outcome.kind), status: "processing", next: event.next };
    case "PaymentCompleted":
      return { ...attemptChanged(payment, event, "approved"), status: "completed", paidBy: event.attemptId };
    case "PaymentFailed":
      return { ...attemptChanged(payment, event, event.outcome.kind), status: "failed" };
    case "PaymentExpired":
      if (event.cause === "payer_timeout") return { ...attemptChanged(payment, event, "declined"), status: "expired" };
      corruptUnless(payment.attempts.length === 0, event, "lets the clock end a payment that was tried");
      return { ...payment, status: "expired" };
    case "PaymentCancelled":
      return { ...payment, status: "cancelled" };
    case "LateSuccessRecorded":
      return reviewAdded(attemptChanged(payment, event, "approved"), event, "late_success");
    case "LateSuccessAccepted":
      return { ...reviewClosed(payment, event), status: "completed", paidBy: event.attemptId };
    case "SecondSuccessRecorded":
      return reviewAdded(attemptChanged(payment, event, "approved"), event, "second_success");
    case "ContradictionRecorded":
      return { ...payment, contradictions: [...payment.contradictions, contradictionOf(event.attemptId, event.outcome.kind)] };
    case "ReviewOpened":
      return reviewAdded(payment, event, event.kind);
    case "ReviewClosed":
      return reviewClosed(payment, event);
    default:
      return assertNever(event);
  }
};

const initiated = (payment: Payment, event: Extract<PaymentEvent, { type: "PaymentInitiated" }>): KnownPayment => {
  corruptUnless(payment.status === "absent", event, "begins a payment that is there already");
  const { paymentId, orderNumber, reference, amount, method, terms, request, callback, expiresAt, confirmation } = event;
  const status = confirmation === "required" ? "requires_confirmation" : "pending";
  corruptUnless(event.public.version === 1 && event.public.status === publicStatusOf(status), event, "does not begin with the first view");
  return {
    status,
    paymentId,
    orderNumber,
    reference,
    amount,
    method,
    terms,
    request,
    ...(callback !== undefined && { callback }),
    expiresAt,
    ...(confirmation !== undefined && { confirmation }),
    attempts: [],
    reviews: [],
    contradictions: [],
    public: event.public,
  };
};

const withView = (payment: KnownPayment, event: PaymentEvent): KnownPayment => {
  if (!("public" in event) || event.public === undefined) return payment;
  corruptUnless(event.public.version === payment.public.version + 1, event, `is public version ${event.public.version} after ${payment.public.version}`);
  return { ...payment, public: event.public };
};
