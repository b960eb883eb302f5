import { type AttemptId, type CurrencyCode, type Money, type OrderNumber, type PaymentId, type ProviderId, instant, money } from "@malipo/kernel";
import { columnsOf, timestamp } from "@malipo/projections";
import type { Break, BreakKind, BreakResolution, KnownAttempt, LineDigest, Standing } from "@malipo/statement-matching";
import type { MatchedLine } from "./reconciliation-fact.js";
import type { ListedBreak, ListedStatement, Position } from "./reconciliation-store.js";

export type Row = Readonly<Record<string, unknown>>;

export const checkpointColumns = columnsOf<Position>(
  ["topic", "text", ({ topic }) => topic],
  ["partition", "smallint", ({ partition }) => partition],
  ["next_offset", "bigint", ({ offset }) => offset],
  ["seq", "bigint", ({ seq }) => seq],
  ["head", "bytea", ({ head }) => Buffer.from(head)],
);

export const lineColumns = columnsOf<MatchedLine & { statementId: string }>(
  ["digest", "text", ({ digest }) => digest],
  ["statement_id", "text", ({ statementId }) => statementId],
  ["provider", "text", ({ provider }) => provider],
  ["kind", "text", ({ kind }) => kind],
  ["transaction_id", "text", ({ transactionId }) => transactionId],
  // unnest would take an array of arrays apart, so the keys travel as one text each.
  ["key_text", "text", ({ keys }) => JSON.stringify(keys)],
  ["outcome", "text", ({ outcome }) => outcome],
  ["minor", "bigint", ({ amount }) => amount.minor.toString()],
  ["currency", "text", ({ amount }) => amount.currency],
  ["at", "timestamptz", ({ at }) => timestamp(at)],
  ["attempt_id", "text", ({ attemptId }) => attemptId],
);

export const breakColumns = columnsOf<Break & { openedAt: number }>(
  ["break_id", "text", ({ breakId }) => breakId],
  ["kind", "text", ({ kind }) => kind],
  ["provider", "text", ({ provider }) => provider],
  ["line_digest", "text", ({ line }) => line],
  ["transaction_id", "text", ({ transactionId }) => transactionId],
  ["attempt_id", "text", ({ attemptId }) => attemptId],
  ["payment_id", "text", ({ paymentId }) => paymentId],
  ["order_number", "text", ({ orderNumber }) => orderNumber],
  ["ours_minor", "bigint", ({ ours }) => ours?.minor.toString()],
  ["ours_currency", "text", ({ ours }) => ours?.currency],
  ["theirs_minor", "bigint", ({ theirs }) => theirs?.minor.toString()],
  ["theirs_currency", "text", ({ theirs }) => theirs?.currency],
  ["opened_at", "timestamptz", ({ openedAt }) => timestamp(openedAt)],
);

const moment = (value: unknown) => instant((value as Date).getTime());
const amount = (minor: unknown, currency: unknown): Money => money(BigInt(minor as string), currency as CurrencyCode);

export const readPosition = (row: Row): Position => ({
  topic: row["topic"] as string,
  partition: Number(row["partition"]),
  offset: Number(row["next_offset"]),
  seq: Number(row["seq"]),
  head: new Uint8Array(row["head"] as Buffer),
});

export const readLine = (row: Row): MatchedLine => ({
  digest: row["digest"] as LineDigest,
  provider: row["provider"] as ProviderId,
  kind: row["kind"] as MatchedLine["kind"],
  transactionId: row["transaction_id"] as string,
  keys: row["keys"] as string[],
  outcome: row["outcome"] as MatchedLine["outcome"],
  amount: amount(row["minor"], row["currency"]),
  at: moment(row["at"]),
  ...(row["attempt_id"] !== null && { attemptId: row["attempt_id"] as AttemptId }),
});

/** From the columns of `reconciliation_attempts`, its `keys` gathered, and `line` where one was matched. */
export const readAttempt = (row: Row): KnownAttempt => ({
  attemptId: row["attempt_id"] as AttemptId,
  paymentId: row["payment_id"] as PaymentId,
  orderNumber: row["order_number"] as OrderNumber,
  provider: row["provider"] as ProviderId,
  amount: amount(row["minor"], row["currency"]),
  standing: row["standing"] as Standing,
  startedAt: moment(row["started_at"]),
  ...(row["charged_at"] !== null && { chargedAt: moment(row["charged_at"]) }),
  keys: row["keys"] as string[],
  ...(row["line"] !== null && { line: row["line"] as LineDigest }),
});

const text = <Value extends string>(name: string, value: unknown): Partial<Record<string, Value>> => (value === null ? {} : { [name]: value as Value });

export const readBreak = (row: Row): ListedBreak => ({
  breakId: row["break_id"] as string,
  kind: row["kind"] as BreakKind,
  provider: row["provider"] as ProviderId,
  ...text("line", row["line_digest"]),
  ...text("transactionId", row["transaction_id"]),
  ...text("attemptId", row["attempt_id"]),
  ...text("paymentId", row["payment_id"]),
  ...text("orderNumber", row["order_number"]),
  ...(row["ours_minor"] !== null && { ours: amount(row["ours_minor"], row["ours_currency"]) }),
  ...(row["theirs_minor"] !== null && { theirs: amount(row["theirs_minor"], row["theirs_currency"]) }),
  state: row["state"] as ListedBreak["state"],
  owner: row["owner"] as string,
  openedAt: moment(row["opened_at"]),
  ...(row["closed_at"] !== null && { closedAt: moment(row["closed_at"]) }),
  ...(row["resolution"] !== null && { resolution: row["resolution"] as BreakResolution }),
});

export const readStatementRow = (row: Row): ListedStatement => ({
  statementId: row["statement_id"] as string,
  provider: row["provider"] as ProviderId,
  day: row["day_text"] as string,
  state: row["state"] as ListedStatement["state"],
  lines: Number(row["lines"]),
  knownLines: Number(row["known_lines"]),
  unreadableLines: Number(row["unreadable_lines"]),
  begunAt: moment(row["begun_at"]),
  ...(row["completed_at"] !== null && { completedAt: moment(row["completed_at"]) }),
});
