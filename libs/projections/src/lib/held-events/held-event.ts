import { headerText } from "@malipo/event-contracts";
import { ChainRecord } from "@malipo/event-log";
import type { PaymentId } from "@malipo/kernel";
import { columnsOf } from "../database/unnest.js";

/** A record of `payments.events.v1` that waits for a version that can read it, or behind one that does: bytes and attributes as they are in the log. */
export type HeldEvent = Readonly<{
  partition: number;
  offset: number;
  seq: number;
  paymentId: PaymentId;
  /** Empty where the record does not say. */
  account: string;
  headers: Readonly<Record<string, string>>;
  value: Uint8Array;
}>;

/** The key and not the subject, which may be what cannot be read. */
export const holdRecord = ({ partition, offset, seq, key, headers, value }: ChainRecord): HeldEvent => ({
  partition,
  offset,
  seq,
  paymentId: key as PaymentId,
  account: headerText(headers["ce_account"]) ?? "",
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, headerText(text) ?? ""])),
  value: new Uint8Array(value),
});

/** The record as its reader would have had it from the log; its place in the chain was proven before it was held. */
export const heldRecord = ({ partition, offset, seq, paymentId, headers, value }: HeldEvent): ChainRecord =>
  new ChainRecord({ topic: "payments.events.v1", partition, offset, key: paymentId, value, headers, appendedAtMs: 0, seq, digest: new Uint8Array(0) });

/** Of `held_events`, but for the consumer, which is the same for all rows of a statement. */
export const heldEventColumns = columnsOf<HeldEvent>(
  ["partition", "smallint", ({ partition }) => partition],
  ["event_offset", "bigint", ({ offset }) => offset],
  ["seq", "bigint", ({ seq }) => seq],
  ["payment_id", "text", ({ paymentId }) => paymentId],
  ["account", "text", ({ account }) => account],
  ["headers", "jsonb", ({ headers }) => JSON.stringify(headers)],
  ["value", "bytea", ({ value }) => Buffer.from(value)],
);

export const readHeldEvent = (row: Record<string, unknown>): HeldEvent => ({
  partition: Number(row["partition"]),
  offset: Number(row["event_offset"]),
  seq: Number(row["seq"]),
  paymentId: row["payment_id"] as PaymentId,
  account: row["account"] as string,
  headers: row["headers"] as Record<string, string>,
  value: new Uint8Array(row["value"] as Buffer),
});
