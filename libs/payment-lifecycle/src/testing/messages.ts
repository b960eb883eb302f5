import {
  type AttemptId,
  type Caller,
  type ChannelId,
  type Money,
  type OrderNumber,
  type PayerId,
  type PaymentId,
  type ProviderId,
  type ReviewId,
  type Sealed,
  currency,
  instant,
  money,
} from "@malipo/kernel";
import type { Evidence, FailureReason, NextCandidate, Outcome, PaymentCommand, Terms } from "../lib/messages.js";

type Command<Type extends PaymentCommand["type"]> = Extract<PaymentCommand, { type: Type }>;

export const paymentId = "8f14e45fceea167a5a36dedd4bea2543" as PaymentId;
export const orderNumber = "20260415A7K9P2XM1140" as OrderNumber;
export const usd = (minor: number): Money => money(BigInt(minor), currency("USD"));
export const attempt = (id: string): AttemptId => id as AttemptId;
export const channel = (name: string): NextCandidate => ({ provider: name as ProviderId, channelId: `${name}-1` as ChannelId });
export const webhook: Evidence = { source: "webhook", position: "providers.evidence.v1/3/7" };

export const startedAt = instant(Date.UTC(2026, 3, 15, 10, 40));

export const terms: Terms = {
  version: 0,
  feeFixed: usd(0),
  feeBasisPoints: 0,
  channels: [channel("pawapay"), channel("mobex")],
  expiresAfterMs: 60_000,
  resolveAfterMs: 30_000,
};

export const initiate = (changes: Partial<Command<"InitiatePayment">> = {}): Command<"InitiatePayment"> => ({
  type: "InitiatePayment",
  paymentId,
  direction: "collection",
  reference: "order-17",
  amount: usd(1_000),
  method: "mobile_money",
  payer: { id: "payer" as PayerId, country: "COD", account: "v1.key.nonce.payer" as Sealed },
  terms,
  request: { scope: "kodipay", keyHash: "key", fingerprint: "body" },
  callback: "v1.key.nonce.url" as Sealed,
  ...changes,
});

export const begin = (id: string, number: number, changes: Partial<Command<"BeginAttempt">> = {}): Command<"BeginAttempt"> => ({
  type: "BeginAttempt",
  paymentId,
  attemptId: attempt(id),
  number,
  ...channel("pawapay"),
  caller: "router-1#boot" as Caller,
  sendBefore: instant(startedAt + 3_600_000),
  candidates: [{ ...channel("pawapay"), chosen: true, reason: "first of the terms" }],
  request: "v1.key.nonce.request" as Sealed,
  ...changes,
});

const outcome = (id: string, what: Outcome, next?: NextCandidate): Command<"RecordOutcome"> => ({
  type: "RecordOutcome",
  paymentId,
  attemptId: attempt(id),
  outcome: what,
  evidence: webhook,
  ...(next !== undefined && { next }),
});

export const approval = (id: string) => outcome(id, { kind: "approved", providerReference: `ref-${id}` });
export const decline = (id: string, reason: FailureReason = "insufficient_funds", next?: NextCandidate) =>
  outcome(id, { kind: "declined", reason, providerCode: "E1" }, next);
export const notSent = (id: string, next?: NextCandidate) => outcome(id, { kind: "not_sent", cause: "connection_refused" }, next);
export const inProgress = (id: string, providerReference?: string) =>
  outcome(id, { kind: "in_progress", ...(providerReference !== undefined && { providerReference }) });
export const asksForCode = (id: string) => outcome(id, { kind: "in_progress", input: "otp" });
export const unknown = (id: string) => outcome(id, { kind: "unknown", cause: "timeout" });

export const provideInput = (id: string): PaymentCommand => ({ type: "ProvideInput", paymentId, attemptId: attempt(id) });
export const confirm: PaymentCommand = { type: "ConfirmPayment", paymentId };
export const cancel: PaymentCommand = { type: "CancelPayment", paymentId, by: "merchant" };
export const expire: PaymentCommand = { type: "ExpirePayment", paymentId };
export const openReview = (id: string): PaymentCommand => ({ type: "OpenReview", paymentId, reviewId: id as ReviewId });
export const closeReview = (id: string): PaymentCommand => ({
  type: "CloseReview",
  paymentId,
  reviewId: id as ReviewId,
  by: "operator-1",
  resolution: "refunded by hand",
});
export const acceptLate = (id: string): PaymentCommand => ({ type: "AcceptLateSuccess", paymentId, reviewId: id as ReviewId, by: "operator-1" });
