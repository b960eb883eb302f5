import type { PoolClient } from "pg";
import { columnsOf, timestamp, unnest } from "../database/unnest.js";
import type { AttemptPatch, AttemptRow, EventRow, PaymentChanges, RequestKeyRow, ReviewPatch, ReviewRow, SummaryPatch, SummaryRow } from "./rows.js";

const events = columnsOf<EventRow>(
  ["partition", "smallint", (row) => row.partition],
  ["event_offset", "bigint", (row) => row.offset],
  ["seq", "bigint", (row) => row.seq],
  ["aggregate_id", "text", (row) => row.aggregateId],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["type", "text", (row) => row.type],
  ["value", "bytea", (row) => Buffer.from(row.value.buffer, row.value.byteOffset, row.value.byteLength)],
  ["command_id", "text", (row) => row.commandId],
  ["command_offset", "bigint", (row) => row.commandOffset],
  ["correlation", "text", (row) => row.correlation],
  ["at", "timestamptz", (row) => timestamp(row.at)],
  ["account", "text", (row) => row.account],
  ["readable", "boolean", (row) => row.unread !== true],
);
const summaries = columnsOf<SummaryRow>(
  ["payment_id", "text", (row) => row.paymentId],
  ["account", "text", (row) => row.account],
  ["partition", "smallint", (row) => row.partition],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["order_number", "text", (row) => row.orderNumber],
  ["scope", "text", (row) => row.scope],
  ["reference", "text", (row) => row.reference],
  ["amount_minor", "bigint", (row) => row.amount.minor.toString()],
  ["currency", "text", (row) => row.amount.currency],
  ["method", "text", (row) => row.method],
  ["internal_status", "text", (row) => row.internalStatus],
  ["status", "text", (row) => row.status],
  ["version", "integer", (row) => row.version],
  ["reason", "text", (row) => row.reason],
  ["created_at", "timestamptz", (row) => timestamp(row.createdAt)],
  ["updated_at", "timestamptz", (row) => timestamp(row.updatedAt)],
  ["expires_at", "timestamptz", (row) => timestamp(row.expiresAt)],
  ["resolve_by", "timestamptz", (row) => timestamp(row.resolveBy)],
  ["fingerprint", "text", (row) => row.fingerprint],
  ["answer", "text", (row) => row.answer],
  ["parked", "boolean", (row) => row.parked],
);
const summaryPatches = columnsOf<SummaryPatch>(
  ["payment_id", "text", (row) => row.paymentId],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["internal_status", "text", (row) => row.internalStatus],
  ["status", "text", (row) => row.status],
  ["version", "integer", (row) => row.version],
  ["reason", "text", (row) => row.reason],
  ["updated_at", "timestamptz", (row) => timestamp(row.updatedAt)],
  ["resolve_by", "timestamptz", (row) => timestamp(row.resolveBy)],
  ["parked", "boolean", (row) => row.parked ?? false],
);
const attempts = columnsOf<AttemptRow>(
  ["attempt_id", "text", (row) => row.attemptId],
  ["payment_id", "text", (row) => row.paymentId],
  ["account", "text", (row) => row.account],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["number", "integer", (row) => row.number],
  ["provider", "text", (row) => row.provider],
  ["channel_id", "text", (row) => row.channelId],
  ["knowledge", "text", (row) => row.knowledge],
  ["first_reference", "text", (row) => row.firstReference],
  ["last_reference", "text", (row) => row.lastReference],
  ["started_at", "timestamptz", (row) => timestamp(row.startedAt)],
  ["updated_at", "timestamptz", (row) => timestamp(row.updatedAt)],
);
const attemptPatches = columnsOf<AttemptPatch>(
  ["attempt_id", "text", (row) => row.attemptId],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["knowledge", "text", (row) => row.knowledge],
  ["first_reference", "text", (row) => row.firstReference],
  ["last_reference", "text", (row) => row.lastReference],
  ["updated_at", "timestamptz", (row) => timestamp(row.updatedAt)],
);
const requestKeys = columnsOf<RequestKeyRow>(
  ["account", "text", (row) => row.account],
  ["operation", "text", (row) => row.operation],
  ["key_hash", "text", (row) => row.keyHash],
  ["payment_id", "text", (row) => row.paymentId],
  ["fingerprint", "text", (row) => row.fingerprint],
);
const reviews = columnsOf<ReviewRow>(
  ["review_id", "text", (row) => row.reviewId],
  ["payment_id", "text", (row) => row.paymentId],
  ["account", "text", (row) => row.account],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["kind", "text", (row) => row.kind],
  ["attempt_id", "text", (row) => row.attemptId],
  ["opened_at", "timestamptz", (row) => timestamp(row.openedAt)],
  ["closed_at", "timestamptz", (row) => timestamp(row.closedAt)],
  ["closed_by", "text", (row) => row.closedBy],
  ["resolution", "text", (row) => row.resolution],
);
const reviewPatches = columnsOf<ReviewPatch>(
  ["review_id", "text", (row) => row.reviewId],
  ["agg_version", "integer", (row) => row.aggregateVersion],
  ["closed_at", "timestamptz", (row) => timestamp(row.closedAt)],
  ["closed_by", "text", (row) => row.closedBy],
  ["resolution", "text", (row) => row.resolution],
);

type Column<Row> = readonly [name: string, type: string, read: (row: Row) => unknown];

/** The rows of one batch, inside its transaction. A row that is there already, at this version or a later one, stays. */
export const writeChanges = async (client: PoolClient, changes: PaymentChanges): Promise<void> => {
  const insert = async <Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void> => {
    if (rows.length === 0) return;
    const { source, names, values } = unnest(columns, rows);
    await client.query(`insert into ${table} (${names}) select ${names} from ${source} on conflict do nothing`, values);
  };
  const patch = async <Row>(table: string, key: string, columns: readonly Column<Row>[], rows: readonly Row[], set: string, and = ""): Promise<void> => {
    if (rows.length === 0) return;
    const { source, values } = unnest(columns, rows);
    await client.query(
      `update ${table} as known set agg_version = r.agg_version, ${set} from ${source} where known.${key} = r.${key} and known.agg_version < r.agg_version ${and}`,
      values,
    );
  };

  await insert("payment_events", events, changes.events);
  await insert("payment_summaries", summaries, changes.summaries);
  await patch(
    "payment_summaries",
    "payment_id",
    summaryPatches,
    changes.summaryPatches,
    `internal_status = coalesce(r.internal_status, known.internal_status), status = coalesce(r.status, known.status),
     version = coalesce(r.version, known.version), reason = case when r.version is null then known.reason else r.reason end,
     updated_at = coalesce(r.updated_at, known.updated_at), resolve_by = coalesce(r.resolve_by, known.resolve_by), parked = r.parked`,
    "and not known.parked",
  );
  await insert("payment_attempts", attempts, changes.attempts);
  await patch(
    "payment_attempts",
    "attempt_id",
    attemptPatches,
    changes.attemptPatches,
    `knowledge = coalesce(r.knowledge, known.knowledge), first_reference = coalesce(known.first_reference, r.first_reference),
     last_reference = coalesce(r.last_reference, known.last_reference), updated_at = r.updated_at`,
  );
  await insert("request_keys", requestKeys, changes.requestKeys);
  await insert("payment_reviews", reviews, changes.reviews);
  const closed = "closed_at = r.closed_at, closed_by = r.closed_by, resolution = r.resolution";
  await patch("payment_reviews", "review_id", reviewPatches, changes.reviewPatches, closed);
};

/** Of payments whose rows are about to be made again from all their events; the events themselves stay, and are read now. */
export const forgetRows = async (client: PoolClient, paymentIds: readonly string[]): Promise<void> => {
  for (const table of ["payment_reviews", "payment_attempts", "payment_summaries"]) {
    await client.query(`delete from ${table} where payment_id = any($1::text[])`, [paymentIds]);
  }
  await client.query("update payment_events set readable = true where aggregate_id = any($1::text[]) and not readable", [paymentIds]);
};
