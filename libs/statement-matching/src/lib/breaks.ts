import type { AttemptId, Instant, Money, OrderNumber, PaymentId, ProviderId } from "@malipo/kernel";
import type { KnownAttempt } from "./attempt-standing.js";
import { type BreakKind, breaksOf } from "./match-line.js";
import type { LineDigest, StatementLine } from "./statement-line.js";

/** A disagreement between a provider's statement and our log. Its id follows from what disagrees, so it opens once. */
export type Break = Readonly<{
  breakId: string;
  kind: BreakKind;
  provider: ProviderId;
  line?: LineDigest;
  transactionId?: string;
  attemptId?: AttemptId;
  paymentId?: PaymentId;
  orderNumber?: OrderNumber;
  ours?: Money;
  theirs?: Money;
}>;

/** Facts on `reconciliation.events.v1` about breaks. */
export type BreakFact =
  | Readonly<{ type: "BreakOpened"; at: Instant; found: Break }>
  | Readonly<{ type: "BreakClosed"; at: Instant; breakId: string; resolution: BreakResolution }>;

/** `line_arrived`, `attempt_caught_up`: the other side came later. */
export type BreakResolution = "line_arrived" | "attempt_caught_up";

const breakIdOf = (kind: BreakKind, provider: ProviderId, subject: string): string => `${kind}.${provider}.${subject}`;

export const breaksOfLine = (line: StatementLine, attempt: KnownAttempt | undefined): readonly Break[] =>
  breaksOf(line, attempt).map((kind) => ({
    // A second line about one attempt must not hide behind the first, so a line without an attempt goes by its digest.
    breakId: breakIdOf(kind, line.provider, attempt?.attemptId ?? line.digest),
    kind,
    provider: line.provider,
    line: line.digest,
    transactionId: line.transactionId,
    theirs: line.amount,
    ...(attempt !== undefined && sideOf(attempt)),
  }));

/** The break of a charge of ours that no statement shows, once the provider has had `lagMs` to write it down. */
export const missingThere = (attempt: KnownAttempt, now: Instant, lagMs: number): Break | undefined =>
  attempt.standing === "charged" && attempt.line === undefined && attempt.chargedAt !== undefined && attempt.chargedAt <= now - lagMs
    ? { breakId: breakIdOf("missing_there", attempt.provider, attempt.attemptId), kind: "missing_there", provider: attempt.provider, ...sideOf(attempt) }
    : undefined;

const sideOf = ({ attemptId, paymentId, orderNumber, amount }: KnownAttempt) => ({ attemptId, paymentId, orderNumber, ours: amount });

/** Whether an open break is over, seen with today's eyes: the line and the attempt as they are now. */
export const resolutionOf = (open: Break, line: StatementLine | undefined, attempt: KnownAttempt | undefined): BreakResolution | undefined => {
  if (open.kind === "missing_there") return attempt?.line === undefined ? undefined : "line_arrived";
  if (line === undefined) return undefined;
  return breaksOf(line, attempt).includes(open.kind) ? undefined : "attempt_caught_up";
};
