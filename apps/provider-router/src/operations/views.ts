import { formatAmount, formatInstant } from "@malipo/kernel";
import type { Router } from "../router.js";
import type { RoutedAttempt, RoutedPayment } from "../track-payments/routed-payment.js";

export const attemptView = (payment: RoutedPayment, attempt: RoutedAttempt) => ({
  paymentId: payment.paymentId,
  account: payment.account,
  attemptId: attempt.id,
  number: attempt.number,
  provider: attempt.provider,
  channelId: attempt.channelId,
  amount: formatAmount(payment.amount),
  currency: payment.amount.currency,
  knowledge: attempt.knowledge,
  ...(attempt.providerReference !== undefined && { providerReference: attempt.providerReference }),
  inReview: payment.inReview,
  startedAt: formatInstant(attempt.startedAt),
  sendBefore: formatInstant(attempt.sendBefore),
  caller: attempt.caller,
  candidates: attempt.candidates,
  /** Who said what, and where the sealed raw evidence stands. */
  evidence: attempt.witnesses.map(({ at, told, evidence }) => ({ at: formatInstant(at), told, ...evidence })),
});

export const paymentView = (payment: RoutedPayment) => ({
  paymentId: payment.paymentId,
  account: payment.account,
  phase: payment.phase,
  inReview: payment.inReview,
  channels: payment.channels,
  ...(payment.next !== undefined && { next: payment.next }),
  attempts: payment.attempts.map((attempt) => attemptView(payment, attempt)),
});

export const providerViews = (router: Router) =>
  [...router.providers.values()].map(({ id, capabilities }) => {
    const { collections, ...abilities } = capabilities;
    return {
      provider: id,
      healthy: router.health.isHealthy(id),
      health: router.health.of(id),
      ...abilities,
      operators: collections.map(({ country, currency, operator }) => ({ country, currency, operator })),
    };
  });
