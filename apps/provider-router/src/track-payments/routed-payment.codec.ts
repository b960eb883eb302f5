import type { Account, Instant } from "@malipo/kernel";
import { type Codec, flag, id, instant, listOf, money, oneOf, optional, paymentValues as values, shapeOf, text, wholeNumber } from "@malipo/event-contracts";
import type { RoutedAttempt, RoutedPayment, Witnessed } from "./routed-payment.js";

const witnessed = shapeOf<Witnessed>({
  at: instant as Codec<Instant>,
  told: oneOf(["approved", "declined", "in_progress", "not_sent", "unknown", "contradiction"]),
  evidence: values.evidence,
});

const attempt = shapeOf<RoutedAttempt>({
  id: values.attemptId,
  number: wholeNumber,
  provider: values.provider,
  channelId: values.channelId,
  caller: values.caller,
  startedAt: instant,
  sendBefore: instant,
  candidates: values.candidates,
  knowledge: oneOf(["started", "in_progress", "unknown", "approved", "declined", "not_sent"]),
  providerReference: optional(text),
  witnesses: listOf(witnessed),
});

/** The form of a row. A fold that changes its form gets a new table version and is rebuilt from the log. */
export const routedPaymentCodec = shapeOf<RoutedPayment>({
  paymentId: values.paymentId,
  account: id<Account>(),
  partition: wholeNumber,
  phase: oneOf(["held", "waiting", "open", "closed"]),
  amount: money,
  method: values.method,
  payer: optional(values.payer),
  channels: listOf(values.nextCandidate),
  next: optional(values.nextCandidate),
  attempts: listOf(attempt),
  inReview: flag,
  correlation: optional(text),
  traceparent: optional(text),
});
