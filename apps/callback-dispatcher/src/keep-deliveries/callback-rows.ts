import type { Delivery, DeliveryId, DeliveryState, ParkReason } from "@malipo/callback-delivery";
import { type Account, type PaymentId, type Sealed, instant } from "@malipo/kernel";
import { columnsOf, timestamp } from "@malipo/projections";
import type { Callback, Position, RecordedAttempt } from "./callback-store.js";

export const checkpointColumns = columnsOf<Position>(
  ["topic", "text", ({ topic }) => topic],
  ["partition", "smallint", ({ partition }) => partition],
  ["next_offset", "bigint", ({ offset }) => offset],
  ["seq", "bigint", ({ seq }) => seq],
  ["head", "bytea", ({ head }) => Buffer.from(head)],
);

export const callbackColumns = columnsOf<Callback>(
  ["delivery_id", "text", ({ id }) => id],
  ["partition", "smallint", ({ partition }) => partition],
  ["seq", "bigint", ({ seq }) => seq],
  ["payment_id", "text", ({ paymentId }) => paymentId],
  ["account", "text", ({ account }) => account],
  ["type", "text", ({ type }) => type],
  ["version", "integer", ({ version }) => version],
  ["status", "text", ({ status }) => status],
  ["order_number", "text", ({ orderNumber }) => orderNumber],
  ["reference", "text", ({ reference }) => reference],
  ["body", "text", ({ body }) => body],
  ["url", "text", ({ url }) => url],
  ["traceparent", "text", ({ traceparent }) => traceparent],
  ["at", "timestamptz", ({ at }) => timestamp(at)],
  ["state", "text", ({ state }) => state],
  ["park_reason", "text", ({ parkReason }) => parkReason],
  ["attempts", "integer", ({ attempts }) => attempts],
  ["step", "integer", ({ step }) => step],
  ["refusals", "integer", ({ refusals }) => refusals],
  ["round_began_at", "timestamptz", ({ roundBeganAt }) => timestamp(roundBeganAt)],
  ["retry_at", "timestamptz", ({ retryAt }) => timestamp(retryAt)],
  ["newest_seq", "bigint", ({ newestSeq }) => newestSeq],
  ["redeliver", "boolean", ({ redeliver }) => redeliver],
  ["last_attempt_id", "text", ({ lastAttemptId }) => lastAttemptId],
  ["fact_offset", "bigint", ({ factOffset }) => factOffset],
);

/** What a fact may change; the rest is fixed by the event. */
export const changingColumns = [
  "state",
  "park_reason",
  "attempts",
  "step",
  "refusals",
  "round_began_at",
  "retry_at",
  "newest_seq",
  "redeliver",
  "last_attempt_id",
  "fact_offset",
];

export const attemptColumns = columnsOf<RecordedAttempt & { partition: number }>(
  ["attempt_id", "text", ({ fact }) => fact.attemptId],
  ["delivery_id", "text", ({ fact }) => fact.deliveryId],
  ["partition", "smallint", ({ partition }) => partition],
  ["fact_offset", "bigint", ({ offset }) => offset],
  ["number", "integer", ({ fact }) => fact.number],
  ["trigger", "text", ({ fact }) => fact.trigger],
  ["at", "timestamptz", ({ fact }) => timestamp(fact.at)],
  ["duration_ms", "bigint", ({ fact }) => fact.durationMs],
  ["outcome", "jsonb", ({ fact }) => JSON.stringify(fact.outcome)],
  ["newest_seq", "bigint", ({ fact }) => fact.newestSeq],
  ["result", "jsonb", ({ fact }) => JSON.stringify(fact.result)],
);

export type Row = Readonly<Record<string, unknown>>;

const moment = (value: unknown) => instant((value as Date).getTime());

export const readPosition = (row: Row): Position => ({
  topic: row["topic"] as string,
  partition: Number(row["partition"]),
  offset: Number(row["next_offset"]),
  seq: Number(row["seq"]),
  head: new Uint8Array(row["head"] as Buffer),
});

export const readCallback = (row: Row): Callback => ({
  id: row["delivery_id"] as DeliveryId,
  partition: Number(row["partition"]),
  seq: Number(row["seq"]),
  paymentId: row["payment_id"] as PaymentId,
  account: row["account"] as Account,
  type: row["type"] as string,
  version: Number(row["version"]),
  status: row["status"] as string,
  orderNumber: row["order_number"] as string,
  reference: row["reference"] as string,
  body: row["body"] as string,
  url: row["url"] as Sealed,
  ...(row["traceparent"] !== null && { traceparent: row["traceparent"] as string }),
  at: moment(row["at"]),
  state: row["state"] as DeliveryState,
  ...(row["park_reason"] !== null && { parkReason: row["park_reason"] as ParkReason }),
  attempts: Number(row["attempts"]),
  step: Number(row["step"]),
  refusals: Number(row["refusals"]),
  ...(row["round_began_at"] !== null && { roundBeganAt: moment(row["round_began_at"]) }),
  ...(row["retry_at"] !== null && { retryAt: moment(row["retry_at"]) }),
  newestSeq: Number(row["newest_seq"]),
  redeliver: row["redeliver"] as Delivery["redeliver"],
  ...(row["last_attempt_id"] !== null && { lastAttemptId: row["last_attempt_id"] as string }),
  factOffset: Number(row["fact_offset"]),
});

export const readAttempt = (row: Row): RecordedAttempt => ({
  offset: Number(row["fact_offset"]),
  fact: {
    type: "CallbackAttempted",
    deliveryId: row["delivery_id"] as DeliveryId,
    paymentId: row["payment_id"] as PaymentId,
    attemptId: row["attempt_id"] as string,
    number: Number(row["number"]),
    trigger: row["trigger"] as RecordedAttempt["fact"]["trigger"],
    at: moment(row["at"]),
    durationMs: Number(row["duration_ms"]),
    outcome: row["outcome"] as RecordedAttempt["fact"]["outcome"],
    newestSeq: Number(row["newest_seq"]),
    result: row["result"] as RecordedAttempt["fact"]["result"],
  },
});
