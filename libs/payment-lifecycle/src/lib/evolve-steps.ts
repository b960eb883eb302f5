import { CorruptStreamError, type AttemptId, type ReviewId } from "@malipo/kernel";
import type { PaymentEvent } from "./messages.js";
import { type Attempt, type KnownPayment, type Review, isOpen, openAttempt } from "./payment.js";

export const corruptUnless = (holds: boolean, event: PaymentEvent, why: string): void => {
  if (!holds) throw new CorruptStreamError(event, why);
};

export const attemptAdded = (payment: KnownPayment, event: Extract<PaymentEvent, { type: "AttemptStarted" }>): KnownPayment => {
  corruptUnless(openAttempt(payment) === undefined, event, "starts while another attempt is open");
  corruptUnless(event.number === payment.attempts.length + 1, event, `is attempt ${event.number} after ${payment.attempts.length}`);
  const { attemptId: id, number, provider, channelId, caller, sendBefore, resolveBy } = event;
  const attempt: Attempt = { id, number, provider, channelId, caller, sendBefore, resolveBy, knowledge: "started", providerReferences: [] };
  const { next: _, ...rest } = payment;
  return { ...rest, attempts: [...payment.attempts, attempt] };
};

type OfAttempt = PaymentEvent & Readonly<{ attemptId: AttemptId; providerReference?: string }>;

/** The attempt as this fact leaves it. A final word is never taken back, except by an approval that came late. */
export const attemptChanged = (payment: KnownPayment, event: OfAttempt, knowledge: Attempt["knowledge"]): KnownPayment => {
  const { attemptId, providerReference } = event;
  const before = payment.attempts.find(({ id }) => id === attemptId);
  if (before === undefined) throw new CorruptStreamError(event, "is of an attempt that was never started");
  const isLate = event.type === "LateSuccessRecorded" || event.type === "SecondSuccessRecorded";
  corruptUnless(isLate ? !isOpen(before) && before.knowledge !== "approved" : isOpen(before), event, `comes when the attempt is already ${before.knowledge}`);

  const providerReferences =
    providerReference === undefined || before.providerReferences.includes(providerReference)
      ? before.providerReferences
      : [...before.providerReferences, providerReference];
  const after: Attempt = { ...before, knowledge, providerReferences };
  return { ...payment, attempts: payment.attempts.map((attempt) => (attempt === before ? after : attempt)) };
};

type OpensReview = PaymentEvent & Readonly<{ reviewId: ReviewId; attemptId: AttemptId }>;

export const reviewAdded = (payment: KnownPayment, event: OpensReview, kind: Review["kind"]): KnownPayment => {
  const { reviewId: id, attemptId } = event;
  corruptUnless(!payment.reviews.some((review) => review.id === id), event, "opens a review that is there already");
  corruptUnless(payment.attempts.some((attempt) => attempt.id === attemptId), event, "is of an attempt that was never started");
  return { ...payment, reviews: [...payment.reviews, { id, kind, attemptId, open: true }] };
};

export const reviewClosed = (payment: KnownPayment, event: PaymentEvent & Readonly<{ reviewId: ReviewId }>): KnownPayment => {
  corruptUnless(payment.reviews.some(({ id, open }) => id === event.reviewId && open), event, "closes a review that is not open");
  return { ...payment, reviews: payment.reviews.map((review) => (review.id === event.reviewId ? { ...review, open: false } : review)) };
};
