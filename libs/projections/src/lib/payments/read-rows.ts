import {
  type Account,
  type AttemptId,
  type CurrencyCode,
  type Instant,
  type OrderNumber,
  type PaymentId,
  type PaymentMethod,
  type ReviewId,
  type Scope,
  type Sealed,
  instant,
  money,
} from "@malipo/kernel";
import type { AttemptRow, EventRow, ReviewRow, SummaryRow } from "./rows.js";

/** A row of the driver: bigint as text, timestamptz as Date, bytea as Buffer. */
type Raw = Record<string, unknown>;

const time = (value: unknown): Instant => instant((value as Date).getTime());

/** An optional field under its name, or nothing, for a spread. */
const maybe = <Name extends string, Value>(name: Name, value: unknown, read: (value: unknown) => Value): Partial<Record<Name, Value>> =>
  value === null || value === undefined ? {} : ({ [name]: read(value) } as Partial<Record<Name, Value>>);
const same = <Value>(value: unknown): Value => value as Value;

export const readEventRow = (raw: Raw): EventRow => ({
  partition: Number(raw["partition"]),
  offset: Number(raw["event_offset"]),
  seq: Number(raw["seq"]),
  aggregateId: raw["aggregate_id"] as string,
  aggregateVersion: Number(raw["agg_version"]),
  type: raw["type"] as string,
  value: new Uint8Array(raw["value"] as Buffer),
  ...maybe("commandId", raw["command_id"], same<string>),
  ...maybe("commandOffset", raw["command_offset"], Number),
  ...maybe("correlation", raw["correlation"], same<string>),
  at: time(raw["at"]),
  account: raw["account"] as Account,
  ...(raw["readable"] === false && { unread: true }),
});

export const readSummaryRow = (raw: Raw): SummaryRow => ({
  paymentId: raw["payment_id"] as PaymentId,
  account: raw["account"] as Account,
  partition: Number(raw["partition"]),
  aggregateVersion: Number(raw["agg_version"]),
  orderNumber: raw["order_number"] as OrderNumber,
  scope: raw["scope"] as Scope,
  reference: raw["reference"] as string,
  amount: money(BigInt(raw["amount_minor"] as string), raw["currency"] as CurrencyCode),
  method: raw["method"] as PaymentMethod,
  internalStatus: raw["internal_status"] as SummaryRow["internalStatus"],
  status: raw["status"] as SummaryRow["status"],
  version: Number(raw["version"]),
  ...maybe("reason", raw["reason"], same<NonNullable<SummaryRow["reason"]>>),
  createdAt: time(raw["created_at"]),
  updatedAt: time(raw["updated_at"]),
  expiresAt: time(raw["expires_at"]),
  ...maybe("resolveBy", raw["resolve_by"], time),
  fingerprint: raw["fingerprint"] as string,
  ...maybe("answer", raw["answer"], same<Sealed>),
  parked: raw["parked"] as boolean,
});

export const readAttemptRow = (raw: Raw): AttemptRow => ({
  attemptId: raw["attempt_id"] as AttemptId,
  paymentId: raw["payment_id"] as PaymentId,
  account: raw["account"] as Account,
  aggregateVersion: Number(raw["agg_version"]),
  number: Number(raw["number"]),
  provider: raw["provider"] as string,
  channelId: raw["channel_id"] as string,
  knowledge: raw["knowledge"] as AttemptRow["knowledge"],
  ...maybe("firstReference", raw["first_reference"], same<string>),
  ...maybe("lastReference", raw["last_reference"], same<string>),
  startedAt: time(raw["started_at"]),
  updatedAt: time(raw["updated_at"]),
});

export const readReviewRow = (raw: Raw): ReviewRow => ({
  reviewId: raw["review_id"] as ReviewId,
  paymentId: raw["payment_id"] as PaymentId,
  account: raw["account"] as Account,
  aggregateVersion: Number(raw["agg_version"]),
  kind: raw["kind"] as ReviewRow["kind"],
  attemptId: raw["attempt_id"] as AttemptId,
  openedAt: time(raw["opened_at"]),
  ...maybe("closedAt", raw["closed_at"], time),
  ...maybe("closedBy", raw["closed_by"], same<string>),
  ...maybe("resolution", raw["resolution"], same<string>),
});
