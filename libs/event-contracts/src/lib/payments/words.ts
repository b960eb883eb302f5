import type { PaymentCommandType, Refusal } from "@malipo/payment-lifecycle";

/** The keys of a table that has to name every word of the type, so that a new one cannot be forgotten here. */
const everyWord = <Word extends string>(words: Readonly<Record<Word, true>>): readonly Word[] => Object.keys(words) as Word[];

export const commandTypes = everyWord<PaymentCommandType>({
  InitiatePayment: true,
  ProvideInput: true,
  ConfirmPayment: true,
  CancelPayment: true,
  BeginAttempt: true,
  RecordOutcome: true,
  ExpirePayment: true,
  OpenReview: true,
  CloseReview: true,
  AcceptLateSuccess: true,
});

export const refusals = everyWord<Refusal>({
  payment_not_found: true,
  reference_already_used: true,
  idempotent_replay: true,
  idempotency_key_reused: true,
  payment_not_cancellable: true,
  input_not_expected: true,
  confirmation_not_expected: true,
  attempt_not_allowed: true,
  review_not_found: true,
  move_not_allowed: true,
});
