import { type Envelope, toHeaders } from "@malipo/event-contracts";
import type { Clock, Random, StoredRecord } from "@malipo/ports";
import type { Appended, TopicWriter } from "./topic-writer.js";

export type Parking = Readonly<{ writer: Pick<TopicWriter, "write">; clock: Clock; random: Random; source: string }>;

export type ParkedReason = "unreadable" | "unknown_type" | "wrong_partition" | "no_account" | "cannot_be_applied";

const encoder = new TextEncoder();

/**
 * Puts on record what could not be read or applied: why, and where it stands. The content stays where it was and is not
 * copied, so that nothing sealed or erased gets a second life here.
 */
export const parkRecord = (
  { writer, clock, random, source }: Parking,
  record: Pick<StoredRecord, "topic" | "partition" | "offset" | "key">,
  reason: ParkedReason,
  detail: string,
): Promise<Appended> => {
  const position = `${record.topic}/${record.partition}/${record.offset}`;
  const envelope: Envelope = { id: random.uuid(), source, type: "platform.record.parked.v1", time: clock.now(), subject: position };
  const value = encoder.encode(JSON.stringify({ position, key: record.key, reason, detail: detail.slice(0, 500) }));
  return writer.write(record.partition, { key: position, value, headers: toHeaders(envelope) });
};
