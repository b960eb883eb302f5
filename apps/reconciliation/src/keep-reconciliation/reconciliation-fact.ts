import { contract, fromJsonBytes, id, implied, instant, listOf, money, oneOf, optional, readEnvelope, shapeOf, text, textLike, toHeaders, toJsonBytes, wholeNumber, wireTable } from "@malipo/event-contracts";
import { type AttemptId, type Instant, type OrderNumber, type PaymentId, type ProviderId, partitionOf } from "@malipo/kernel";
import type { OutgoingRecord, StoredRecord } from "@malipo/ports";
import type { Break, BreakFact, LineDigest, StatementLine } from "@malipo/statement-matching";

export const RECONCILIATION = "reconciliation.events.v1";

export type MatchedLine = StatementLine & Readonly<{ attemptId?: AttemptId }>;

/** The facts on `reconciliation.events.v1`. All of one provider lie in one partition, in their order. */
export type ReconciliationFact =
  | Readonly<{ type: "StatementBegun"; statementId: string; provider: ProviderId; day: string; at: Instant }>
  | Readonly<{ type: "LinesRecorded"; statementId: string; provider: ProviderId; at: Instant; lines: readonly MatchedLine[] }>
  | Readonly<{
      type: "StatementCompleted";
      statementId: string;
      provider: ProviderId;
      at: Instant;
      lines: number;
      knownLines: number;
      unreadableLines: number;
    }>
  /** A line that had no attempt when it was recorded has one now. */
  | Readonly<{ type: "LineMatched"; provider: ProviderId; digest: LineDigest; attemptId: AttemptId; at: Instant }>
  | (Extract<BreakFact, { type: "BreakOpened" }> & Readonly<{ provider: ProviderId }>)
  | (Extract<BreakFact, { type: "BreakClosed" }> & Readonly<{ provider: ProviderId }>);

type Of<Type extends ReconciliationFact["type"]> = Extract<ReconciliationFact, { type: Type }>;

const provider = id<ProviderId>();
const digest = id<LineDigest>();
const attemptId = id<AttemptId>();

const line = shapeOf<MatchedLine>({
  digest,
  provider,
  kind: oneOf(["charge", "payout", "refund"]),
  transactionId: text,
  keys: listOf(text),
  outcome: oneOf(["completed", "failed", "pending"]),
  amount: money,
  at: instant,
  attemptId: optional(attemptId),
});

const found = shapeOf<Break>({
  breakId: text,
  kind: oneOf(["missing_here", "missing_there", "amount", "status"]),
  provider,
  line: optional(digest),
  transactionId: optional(text),
  attemptId: optional(attemptId),
  paymentId: optional(id<PaymentId>()),
  orderNumber: optional(id<OrderNumber>()),
  ours: optional(money),
  theirs: optional(money),
});

export const reconciliationFacts = wireTable<ReconciliationFact>({
  StatementBegun: contract(
    "reconciliation.statement.begun",
    shapeOf<Of<"StatementBegun">>({ type: implied("StatementBegun"), statementId: text, provider, day: textLike(/^\d{4}-\d\d-\d\d$/), at: instant }),
  ),
  LinesRecorded: contract(
    "reconciliation.statement.lines_recorded",
    shapeOf<Of<"LinesRecorded">>({ type: implied("LinesRecorded"), statementId: text, provider, at: instant, lines: listOf(line) }),
  ),
  StatementCompleted: contract(
    "reconciliation.statement.completed",
    shapeOf<Of<"StatementCompleted">>({
      type: implied("StatementCompleted"),
      statementId: text,
      provider,
      at: instant,
      lines: wholeNumber,
      knownLines: wholeNumber,
      unreadableLines: wholeNumber,
    }),
  ),
  LineMatched: contract(
    "reconciliation.line.matched",
    shapeOf<Of<"LineMatched">>({ type: implied("LineMatched"), provider, digest, attemptId, at: instant }),
  ),
  BreakOpened: contract("reconciliation.break.opened", shapeOf<Of<"BreakOpened">>({ type: implied("BreakOpened"), provider, at: instant, found })),
  BreakClosed: contract(
    "reconciliation.break.closed",
    shapeOf<Of<"BreakClosed">>({
      type: implied("BreakClosed"),
      provider,
      at: instant,
      breakId: text,
      resolution: oneOf(["line_arrived", "attempt_caught_up"]),
    }),
  ),
});

const subjectOf = (fact: ReconciliationFact): string => {
  switch (fact.type) {
    case "BreakOpened":
      return fact.found.breakId;
    case "BreakClosed":
      return fact.breakId;
    case "LineMatched":
      return fact.digest;
    default:
      return fact.statementId;
  }
};

export const toReconciliationRecord = (fact: ReconciliationFact, recordId: string): { partition: number; record: OutgoingRecord } => {
  const { type, value } = reconciliationFacts.encode(fact);
  const subject = subjectOf(fact);
  const headers = toHeaders({ id: recordId, source: "/malipo/reconciliation", type, time: fact.at, subject });
  return { partition: partitionOf(fact.provider), record: { key: subject, value: toJsonBytes(value), headers } };
};

/** @throws UnknownTypeError @throws UndecodableError @throws RangeError: the record is parked. */
export const readReconciliationRecord = (record: Pick<StoredRecord, "headers" | "value">): ReconciliationFact =>
  reconciliationFacts.decode(readEnvelope(record.headers).type, fromJsonBytes(record.value));
