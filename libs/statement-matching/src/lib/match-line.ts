import { sameMoney } from "@malipo/kernel";
import type { KnownAttempt } from "./attempt-standing.js";
import type { StatementLine } from "./statement-line.js";

export type BreakKind = "missing_here" | "missing_there" | "amount" | "status";

/**
 * The attempt that a line tells of: by the most certain key that names one which no other line has taken. Of several
 * under one key (a payment's attempts share the free field) the charged one of the same amount comes first, then the
 * older one, so that the choice does not depend on the order in which they were read.
 */
export const chooseAttempt = (line: StatementLine, attempts: readonly KnownAttempt[]): KnownAttempt | undefined => {
  const free = attempts.filter(({ provider, line: taken }) => provider === line.provider && (taken === undefined || taken === line.digest));
  for (const key of line.keys) {
    const named = free.filter(({ keys }) => keys.includes(key));
    if (named.length > 0) return named.sort(byLikelihood(line))[0];
  }
  return undefined;
};

const byLikelihood = (line: StatementLine) => {
  const rank = (attempt: KnownAttempt) =>
    (attempt.line === line.digest ? 0 : 8) + (attempt.standing === "charged" ? 0 : attempt.standing === "open" ? 2 : 4) + (sameMoney(attempt.amount, line.amount) ? 0 : 1);
  return (a: KnownAttempt, b: KnownAttempt): number =>
    rank(a) - rank(b) || a.startedAt - b.startedAt || (a.attemptId < b.attemptId ? -1 : 1);
};

/** Where a line and our log disagree; nothing when they tell the same story. */
export const breaksOf = (line: StatementLine, attempt: KnownAttempt | undefined): readonly BreakKind[] => {
  if (line.outcome !== "completed") {
    // A line without money contradicts us only if we believe that the money came.
    return line.outcome === "failed" && attempt?.standing === "charged" ? ["status"] : [];
  }
  if (attempt === undefined) return ["missing_here"];
  const kinds: BreakKind[] = [];
  if (!sameMoney(line.amount, attempt.amount)) kinds.push("amount");
  if (attempt.standing !== "charged") kinds.push("status");
  return kinds;
};
