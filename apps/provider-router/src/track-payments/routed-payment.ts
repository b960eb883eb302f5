import type { Account, AttemptId, Caller, ChannelId, Instant, Money, PaymentId, PaymentMethod, ProviderId } from "@malipo/kernel";
import type { Candidate, Evidence, NextCandidate, Outcome, Payer } from "@malipo/payment-lifecycle";

export type AttemptKnowledge = "started" | "in_progress" | "unknown" | "approved" | "declined" | "not_sent";

/** One witness's word about an attempt, as it went on record. */
export type Witnessed = Readonly<{ at: Instant; told: Outcome["kind"] | "contradiction"; evidence: Evidence }>;

export type RoutedAttempt = Readonly<{
  id: AttemptId;
  number: number;
  provider: ProviderId;
  channelId: ChannelId;
  caller: Caller;
  startedAt: Instant;
  sendBefore: Instant;
  candidates: readonly Candidate[];
  knowledge: AttemptKnowledge;
  /** The provider's id of the attempt, by which it can be asked about. */
  providerReference?: string;
  witnesses: readonly Witnessed[];
}>;

/**
 * What the router knows of a payment: the fold of its events, without a phone number (the payer's account stays sealed).
 * `waiting`: an attempt is to be begun. `held`: the merchant has to confirm first, or a person to decide about money that came late. `open`: an attempt has no final word.
 */
export type RoutedPayment = Readonly<{
  paymentId: PaymentId;
  account: Account;
  partition: number;
  phase: "held" | "waiting" | "open" | "closed";
  amount: Money;
  method: PaymentMethod;
  payer?: Payer;
  channels: readonly NextCandidate[];
  /** Where the record of the last attempt without money says to go. */
  next?: NextCandidate;
  attempts: readonly RoutedAttempt[];
  inReview: boolean;
  correlation?: string;
  traceparent?: string;
}>;

export const lastAttempt = ({ attempts }: RoutedPayment): RoutedAttempt | undefined => attempts.at(-1);

export const attemptOf = (payment: RoutedPayment, id: AttemptId): RoutedAttempt | undefined => payment.attempts.find((attempt) => attempt.id === id);

export const isOpen = ({ knowledge }: RoutedAttempt): boolean => knowledge === "started" || knowledge === "in_progress" || knowledge === "unknown";

export const channelOf = ({ provider, channelId }: RoutedAttempt): NextCandidate => ({ provider, channelId });
