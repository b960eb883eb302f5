import type { AttemptId } from "@malipo/kernel";
import type { Evidence, PaymentEvent } from "@malipo/payment-lifecycle";
import type { AttemptKnowledge, RoutedAttempt, RoutedPayment, Witnessed } from "./routed-payment.js";

/** What the record itself says beside the event. */
export type RecordFacts = Pick<RoutedPayment, "account" | "partition" | "correlation" | "traceparent">;

/** Applies a fact without judging it. Undefined: the payment's beginning is not known here. */
export const evolveRouted = (payment: RoutedPayment | undefined, event: PaymentEvent, facts: RecordFacts): RoutedPayment | undefined => {
  if (event.type === "PaymentInitiated") return payment ?? initiated(event, facts);
  if (payment === undefined) return undefined;
  switch (event.type) {
    case "AttemptStarted":
      return started(payment, event);
    case "AttemptProgressed":
      return witnessed(payment, event, event.knowledge, event.knowledge, event.providerReference);
    case "AttemptResolved":
      return unlessPaid({ ...witnessed(payment, event, event.outcome.kind, event.outcome.kind), phase: "waiting", next: event.next });
    case "PaymentCompleted":
      return { ...witnessed(payment, event, "approved", "approved"), phase: "closed" };
    case "PaymentFailed":
      return { ...witnessed(payment, event, event.outcome.kind, event.outcome.kind), phase: "closed" };
    case "PaymentExpired":
      return { ...(event.cause === "payer_timeout" ? witnessed(payment, event, "declined", "declined") : payment), phase: "closed" };
    case "InputRequested":
      return witnessed(payment, event, "in_progress", "in_progress", event.providerReference);
    case "LateSuccessRecorded":
    case "SecondSuccessRecorded":
      return unlessPaid({ ...witnessed(payment, event, "approved", "approved"), inReview: true });
    case "LateSuccessAccepted":
      return { ...payment, phase: "closed", inReview: false };
    case "ContradictionRecorded":
      return witnessed(payment, event, "contradiction");
    case "PaymentCancelled":
      return { ...payment, phase: "closed" };
    case "PaymentConfirmed":
      return payment.phase === "held" && payment.attempts.length === 0 ? { ...payment, phase: "waiting" } : payment;
    case "ReviewOpened":
      return { ...payment, inReview: true };
    case "ReviewClosed":
      return { ...payment, inReview: false };
    default:
      return payment;
  }
};

/** An attempt that ended without money has the money after all: until a person decides, nothing more is begun. */
const unlessPaid = (payment: RoutedPayment): RoutedPayment =>
  payment.phase === "waiting" && payment.attempts.some(({ knowledge }) => knowledge === "approved") ? { ...payment, phase: "held" } : payment;

type Of<Type extends PaymentEvent["type"]> = Extract<PaymentEvent, { type: Type }>;

const initiated = (event: Of<"PaymentInitiated">, facts: RecordFacts): RoutedPayment => ({
  ...facts,
  paymentId: event.paymentId,
  phase: event.confirmation === "required" ? "held" : "waiting",
  amount: event.amount,
  method: event.method,
  ...(event.payer !== undefined && { payer: event.payer }),
  channels: event.terms.channels,
  attempts: [],
  inReview: false,
});

const started = (payment: RoutedPayment, event: Of<"AttemptStarted">): RoutedPayment => {
  const attempt: RoutedAttempt = {
    id: event.attemptId,
    number: event.number,
    provider: event.provider,
    channelId: event.channelId,
    caller: event.caller,
    startedAt: event.at,
    sendBefore: event.sendBefore,
    candidates: event.candidates,
    knowledge: "started",
    witnesses: [],
  };
  const { next: _taken, ...rest } = payment;
  return { ...rest, phase: "open", attempts: [...payment.attempts, attempt] };
};

const witnessed = (
  payment: RoutedPayment,
  event: PaymentEvent & { attemptId: AttemptId; evidence: Evidence },
  told: Witnessed["told"],
  knowledge?: AttemptKnowledge,
  providerReference?: string,
): RoutedPayment => ({
  ...payment,
  attempts: payment.attempts.map((attempt) =>
    attempt.id !== event.attemptId
      ? attempt
      : {
          ...attempt,
          ...(knowledge !== undefined && { knowledge: later(attempt.knowledge, knowledge) }),
          ...(providerReference !== undefined && attempt.providerReference === undefined && { providerReference }),
          witnesses: [...attempt.witnesses, { at: event.at, told, evidence: event.evidence }].slice(-WITNESSES_MAX),
        },
  ),
});

const WITNESSES_MAX = 50;

/** Progress is never taken back by a later "cannot tell"; a final word stands over everything but an approval. */
const later = (before: AttemptKnowledge, now: AttemptKnowledge): AttemptKnowledge =>
  before === "approved" || (before === "in_progress" && now === "unknown") ? before : now;
