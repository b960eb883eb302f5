import type { Message } from "kafkajs";
import type { OutgoingRecord, StoredRecord } from "@malipo/ports";
import { prevHeader } from "../chain/digest.js";
import type { FetchedMessage } from "./cluster.js";

const empty = new Uint8Array(0);

/** An empty value is a tombstone, which Kafka knows as null. */
export const toMessage = (partition: number, { key, value, headers }: OutgoingRecord): Message => {
  const sent: Record<string, string | Buffer> = {};
  for (const name in headers) sent[name] = bytesOf(headers[name]!);
  return { partition, key, value: value.length === 0 ? null : (bytesOf(value) as Buffer), headers: sent };
};

const bytesOf = (value: string | Uint8Array): string | Buffer =>
  typeof value === "string" || Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);

export const fromMessage = (topic: string, partition: number, message: FetchedMessage): StoredRecord => {
  const headers: Record<string, Uint8Array> = {};
  let repeated = false;
  for (const name in message.headers) {
    const value = message.headers[name]!;
    if (Buffer.isBuffer(value)) headers[name] = value;
    else repeated = true;
  }
  // A repeated header name has no digest of ours, so such a record must not pass for a link of a chain.
  if (repeated) delete headers[prevHeader];
  return {
    topic,
    partition,
    offset: toOffset(message.offset),
    key: message.key?.toString("utf8") ?? "",
    value: message.value ?? empty,
    headers,
    appendedAtMs: Number(message.timestamp),
  };
};

/** @throws RangeError beyond 2^53, which no partition reaches. */
export const toOffset = (text: string): number => {
  const offset = Number(BigInt(text));
  if (!Number.isSafeInteger(offset)) throw new RangeError(`offset ${text} is out of range`);
  return offset;
};
