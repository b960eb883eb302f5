import { assertNever, refuse } from "@malipo/kernel";
import { beginAttempt } from "./decide/begin-attempt.js";
import type { DecideContext, PaymentDecision } from "./decide/context.js";
import { cancelPayment, confirmPayment, provideInput } from "./decide/customer-steps.js";
import { initiatePayment } from "./decide/initiate-payment.js";
import { recordOutcome } from "./decide/record-outcome.js";
import { acceptLateSuccess, closeReview } from "./decide/reviews.js";
import { expirePayment, openReview } from "./decide/timers-due.js";
import type { PaymentCommand } from "./messages.js";
import type { Payment } from "./payment.js";

/** What may happen to a payment: one fact to record, nothing new, or a named refusal. Pure. */
export const decide = (command: PaymentCommand, payment: Payment, context: DecideContext): PaymentDecision => {
  if (command.type === "InitiatePayment") return initiatePayment(command, payment, context);
  if (payment.status === "absent") return refuse("payment_not_found");

  switch (command.type) {
    case "ProvideInput":
      return provideInput(command, payment, context);
    case "ConfirmPayment":
      return confirmPayment(command, payment, context);
    case "CancelPayment":
      return cancelPayment(command, payment, context);
    case "BeginAttempt":
      return beginAttempt(command, payment, context);
    case "RecordOutcome":
      return recordOutcome(command, payment, context);
    case "ExpirePayment":
      return expirePayment(command, payment, context);
    case "OpenReview":
      return openReview(command, payment, context);
    case "CloseReview":
      return closeReview(command, payment, context);
    case "AcceptLateSuccess":
      return acceptLateSuccess(command, payment, context);
    default:
      return assertNever(command);
  }
};
