import { type Instant, type Money, formatAmount, formatInstant } from "@malipo/kernel";
import type { KnownAttempt } from "@malipo/statement-matching";
import type { MatchedLine } from "../keep-reconciliation/reconciliation-fact.js";
import type { ListedBreak, ListedStatement } from "../keep-reconciliation/reconciliation-store.js";

const moneyView = (amount: Money) => ({ amount: formatAmount(amount), currency: amount.currency });

export const breakView = (held: ListedBreak, now: Instant) => ({
  breakId: held.breakId,
  kind: held.kind,
  provider: held.provider,
  ...(held.transactionId !== undefined && { transactionId: held.transactionId }),
  ...(held.attemptId !== undefined && { attemptId: held.attemptId }),
  ...(held.orderNumber !== undefined && { orderNumber: held.orderNumber }),
  ...(held.ours !== undefined && { ours: moneyView(held.ours) }),
  ...(held.theirs !== undefined && { theirs: moneyView(held.theirs) }),
  state: held.state,
  owner: held.owner,
  openedAt: formatInstant(held.openedAt),
  ageSeconds: Math.max(0, Math.floor(((held.closedAt ?? now) - held.openedAt) / 1000)),
  ...(held.closedAt !== undefined && { closedAt: formatInstant(held.closedAt), resolution: held.resolution }),
});

export const statementView = ({ begunAt, completedAt, ...statement }: ListedStatement) => ({
  ...statement,
  begunAt: formatInstant(begunAt),
  ...(completedAt !== undefined && { completedAt: formatInstant(completedAt) }),
});

export const attemptView = (attempt: KnownAttempt, lines: readonly MatchedLine[]) => ({
  attemptId: attempt.attemptId,
  provider: attempt.provider,
  amount: moneyView(attempt.amount),
  standing: attempt.standing,
  ...(attempt.chargedAt !== undefined && { chargedAt: formatInstant(attempt.chargedAt) }),
  lines: lines
    .filter(({ attemptId }) => attemptId === attempt.attemptId)
    .map(({ transactionId, outcome, amount, at }) => ({ transactionId, outcome, amount: moneyView(amount), at: formatInstant(at) })),
});
