import { headerText } from "@malipo/event-contracts";
import type { OutgoingRecord, StoredRecord } from "@malipo/ports";
import { type ChainPosition, ChainRecord } from "./chain-record.js";
import { genesisDigest, prevHeader, recordDigest, sameDigest, seqHeader } from "./digest.js";

/** Position before the first record of a partition. */
export const genesisPosition = (topic: string, partition: number, partitions: number): ChainPosition => ({
  offset: 0,
  seq: 0,
  head: genesisDigest(topic, partition, partitions),
});

/** Whether the record is the valid successor of `after`: the reader rule. */
export const follows = (record: OutgoingRecord, after: ChainPosition): boolean => {
  const prev = record.headers[prevHeader];
  if (prev === undefined || typeof prev === "string" || headerText(record.headers[seqHeader]) !== String(after.seq + 1)) return false;
  return sameDigest(prev, after.head);
};

/** The reader rule over one partition: which records are valid, and where the reader stands. */
export class ChainReader {
  #position: ChainPosition;

  constructor(start: ChainPosition) {
    this.#position = start;
  }

  get position(): ChainPosition {
    return this.#position;
  }

  /** `known`: folded before. `gap`: the reader must be given the record at `position.offset` first. */
  accept(record: StoredRecord): ChainRecord | "known" | "gap" | "void" {
    const { offset, seq } = this.#position;
    if (record.offset < offset) return "known";
    if (record.offset > offset) return "gap";
    if (!follows(record, this.#position)) {
      this.#position = { ...this.#position, offset: offset + 1 };
      return "void";
    }
    const valid = new ChainRecord({ ...record, seq: seq + 1, digest: recordDigest(this.#position.head, seq + 1, record) });
    this.advance(valid);
    return valid;
  }

  /** Moves behind a record that is known to be valid and next. */
  advance(record: ChainRecord): void {
    this.#position = { offset: record.offset + 1, seq: record.seq, head: record.digest };
  }
}

export type Draft = OutgoingRecord & Readonly<{ own?: unknown }>;

/** Links drafts behind a position. Nothing may change a header afterwards, or every record would be void. */
export const link = (topic: string, partition: number, after: ChainPosition, drafts: readonly Draft[]): readonly ChainRecord[] => {
  let { offset, seq, head } = after;
  return drafts.map(({ key, value, headers, own }) => {
    seq += 1;
    const digest = recordDigest(head, seq, { key, value, headers });
    const linked = { ...headers, [seqHeader]: String(seq), [prevHeader]: head };
    const record = new ChainRecord({ topic, partition, offset, key, value, headers: linked, appendedAtMs: 0, seq, digest }, own);
    offset += 1;
    head = digest;
    return record;
  });
};
