import type { LoggedEvent, Row } from "./journals.js";
import { leadsTo, tellsOf } from "./record-types.js";

type Cell = string | number | boolean | null;
type Table = Map<string, Record<string, Cell>>;
type Json = Readonly<Record<string, unknown>>;

export const tableNames = ["payment_events", "payment_summaries", "payment_attempts", "payment_reviews", "request_keys"] as const;
export type TableName = (typeof tableNames)[number];

/** The columns that name a row. */
export const keysOf: Readonly<Record<TableName, readonly string[]>> = {
  payment_events: ["partition", "event_offset"],
  payment_summaries: ["payment_id"],
  payment_attempts: ["attempt_id"],
  payment_reviews: ["review_id"],
  request_keys: ["account", "operation", "key_hash"],
};

export const keyOf = (table: TableName, row: Row): string => keysOf[table].map((column) => String(row[column])).join(" ");

/** The rows that these events come to, folded here once more from nothing but the JSON. */
export const expectedRows = (events: readonly LoggedEvent[]): Readonly<Record<TableName, Table>> => {
  const tables = { payment_events: new Map(), payment_summaries: new Map(), payment_attempts: new Map(), payment_reviews: new Map(), request_keys: new Map() } as Record<TableName, Table>;
  const put = (table: TableName, row: Record<string, Cell>): void => void tables[table].set(keyOf(table, row), row);
  for (const event of events) {
    const { partition, offset, seq, subject, type, account, aggregateVersion } = event;
    put("payment_events", { partition, event_offset: offset, seq: seq ?? null, aggregate_id: subject, agg_version: aggregateVersion ?? null, type: event.writtenAs ?? type, account: account ?? "", command_id: event.causation ?? null });
    if (type === "payments.command.refused.v1") continue;
    if (type === "payments.payment.initiated.v1") begin(event, put);
    else change(event, tables, put);
  }
  return tables;
};

const text = (value: unknown): string | null => (value === undefined ? null : String(value));
const timeOf = (value: unknown): number => Date.parse(String(value));

const begin = ({ subject, partition, account = "", aggregateVersion = 1, value }: LoggedEvent, put: (table: TableName, row: Record<string, Cell>) => void): void => {
  const view = value["public"] as Json;
  const request = value["request"] as Json;
  const amount = value["amount"] as Readonly<{ amount: string; currency: string }>;
  const at = timeOf(value["at"]);
  const [scope, fingerprint, keyHash] = ["scope", "fingerprint", "keyHash"].map((name) => text(request[name]));
  put("payment_summaries", {
    payment_id: subject,
    account,
    partition,
    agg_version: aggregateVersion,
    order_number: text(value["orderNumber"]),
    scope: scope!,
    reference: text(value["reference"]),
    // A decimal text always has all decimals of its currency.
    amount_minor: amount.amount.replace(".", "").replace(/^0+(?=\d)/, ""),
    currency: amount.currency,
    method: text(value["method"]),
    internal_status: value["confirmation"] === "required" ? "requires_confirmation" : "pending",
    status: text(view["status"]),
    version: Number(view["version"]),
    reason: null,
    created_at: at,
    updated_at: at,
    expires_at: timeOf(value["expiresAt"]),
    resolve_by: null,
    fingerprint: fingerprint!,
    answer: text(value["answer"]),
    parked: false,
  });
  if (keyHash !== null) put("request_keys", { account, operation: scope!, key_hash: keyHash!, payment_id: subject, fingerprint: fingerprint! });
};

const change = ({ subject, type, account = "", aggregateVersion = 0, value }: LoggedEvent, tables: Record<TableName, Table>, put: (table: TableName, row: Record<string, Cell>) => void): void => {
  const at = timeOf(value["at"]);
  const [attemptId, reviewId, provider, channelId] = ["attemptId", "reviewId", "provider", "channelId"].map((name) => text(value[name]));
  const view = value["public"] as Json | undefined;
  const summary = tables.payment_summaries.get(subject);
  if (summary === undefined) return;
  summary["agg_version"] = aggregateVersion;
  const to = leadsTo(type);
  if (to !== undefined) summary["internal_status"] = to;
  if (view !== undefined) Object.assign(summary, { status: text(view["status"]), version: Number(view["version"]), reason: text(view["reason"]), updated_at: at });
  const of = { payment_id: subject, account, agg_version: aggregateVersion };

  if (type === "payments.attempt.started.v1") {
    summary["resolve_by"] = timeOf(value["resolveBy"]);
    const none = { first_reference: null, last_reference: null };
    put("payment_attempts", { attempt_id: attemptId!, ...of, number: Number(value["number"]), provider: provider!, channel_id: channelId!, knowledge: "started", ...none, started_at: at, updated_at: at });
  }
  const attempt = tables.payment_attempts.get(attemptId ?? "");
  const known = knowledgeAfter(type, value);
  if (attempt !== undefined && known !== undefined) {
    Object.assign(attempt, { knowledge: known, agg_version: aggregateVersion, updated_at: at });
    const reference = text(value["providerReference"]);
    if (reference !== null) Object.assign(attempt, { first_reference: attempt["first_reference"] ?? reference, last_reference: reference });
  }
  if (tellsOf.get(type)?.review === "opens") {
    const kind = type === "payments.review.opened.v1" ? text(value["kind"]) : type.split(".")[1]!;
    put("payment_reviews", { review_id: reviewId!, ...of, kind, attempt_id: attemptId!, opened_at: at, closed_at: null, closed_by: null, resolution: null });
  }
  const review = tables.payment_reviews.get(reviewId ?? "");
  if (review !== undefined && tellsOf.get(type)?.review === "closes") {
    Object.assign(review, { agg_version: aggregateVersion, closed_at: at, closed_by: text(value["by"]), resolution: text(value["resolution"]) ?? "accepted" });
  }
};

const knowledgeAfter = (type: string, value: Json): string | undefined => {
  if (type === "payments.attempt.progressed.v1") return String(value["knowledge"]);
  if (type === "payments.input.requested.v1") return "in_progress";
  if (tellsOf.get(type)?.paid === true) return "approved";
  const outcome = value["outcome"] as Json | undefined;
  if (type === "payments.payment.expired.v1") return "declined";
  return type === "payments.attempt.resolved.v1" || type === "payments.payment.failed.v1" ? text(outcome?.["kind"]) ?? undefined : undefined;
};
