import { type Envelope, readEnvelope } from "@malipo/event-contracts";
import type { Headers } from "@malipo/ports";

/** Where a reader of one chained partition stands: what it would need to go on from here, and to prove that it may. */
export type ChainPosition = Readonly<{
  /** Offset of the record to read next; void records count. */
  offset: number;
  /** Sequence number of the last valid record, 0 before the first. */
  seq: number;
  /** Digest of the last valid record; before the first, the partition's genesis digest. 32 bytes. */
  head: Uint8Array;
}>;

type Fields = Readonly<{
  topic: string;
  partition: number;
  offset: number;
  key: string;
  value: Uint8Array;
  headers: Headers;
  appendedAtMs: number;
  seq: number;
  digest: Uint8Array;
}>;

/** A valid record of a chained partition. */
export class ChainRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Headers;
  /** The broker's append time, milliseconds since 1970; 0 for an own append that has not been read back. Lag metrics only. */
  readonly appendedAtMs: number;
  readonly seq: number;
  /** Digest of this record: the head of the chain after it. */
  readonly digest: Uint8Array;
  /** What the writer in this process attached to its own record; never set on a record that was read from the log. */
  readonly own: unknown;
  #envelope: Envelope | undefined;

  constructor(fields: Fields, own?: unknown) {
    this.topic = fields.topic;
    this.partition = fields.partition;
    this.offset = fields.offset;
    this.key = fields.key;
    this.value = fields.value;
    this.headers = fields.headers;
    this.appendedAtMs = fields.appendedAtMs;
    this.seq = fields.seq;
    this.digest = fields.digest;
    this.own = own;
  }

  /** Decoded when first asked for. @throws RangeError when a required attribute is missing or unreadable. */
  get envelope(): Envelope {
    return (this.#envelope ??= readEnvelope(this.headers));
  }
}

/**
 * Is handed every valid record of the tailed partitions once and in order, own appends as soon as they are acknowledged.
 * `after` is the reader's position behind the batch; `records` is empty when only void records were passed, so that a
 * checkpoint can still advance. A returned promise holds back the next batch from the log (back-pressure), never own
 * appends. A listener must not throw or reject: what it cannot apply it parks, and what is a defect it stops itself for.
 * One that throws anyway stops the whole process through `onFatal`, since its view of the log would have a hole.
 */
export type ChainListener = (partition: number, records: readonly ChainRecord[], after: ChainPosition) => void | Promise<void>;
