import { hash } from "node:crypto";
import type { RawRecord } from "./journals.js";

const chainName = "malipo.chain.1\n";
const chainHeaders = new Set(["ce_seq", "ce_prev"]);

export type Verdict = Readonly<{ kind: "valid"; seq: number }> | Readonly<{ kind: "void"; why: "no_link" | "other_prev" | "other_seq" }>;

/** What the first record of a partition has to point at. */
export const beginningOf = (topic: string, partition: number, partitions: number): string =>
  hash("sha256", `${chainName}${topic}/${partition}/${partitions}/murmur2-account-1`, "hex");

/** The digest of a record, from its bytes alone: what the next one has to point at. */
export const digestOf = (prevHex: string, seq: number, { key, headers, value }: Pick<RawRecord, "key" | "headers" | "value">): string => {
  const names = Object.keys(headers).filter((name) => !chainHeaders.has(name)).sort(byBytes);
  const parts: Uint8Array[] = [Buffer.from(chainName), Buffer.from(prevHex, "hex"), number(seq, 8)];
  parts.push(...counted(key), number(names.length, 4));
  for (const name of names) parts.push(...counted(name), ...counted(headers[name]!));
  parts.push(...counted(value));
  return hash("sha256", Buffer.concat(parts), "hex");
};

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const number = (value: number, size: 4 | 8): Buffer => {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeUInt32BE(value);
  else bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

const counted = (part: string | Uint8Array): readonly Uint8Array[] => {
  const bytes = typeof part === "string" ? Buffer.from(part) : part;
  return [number(bytes.length, 4), bytes];
};

const bytesOf = (value: string | Uint8Array): Buffer => (typeof value === "string" ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length));

/**
 * The judges' own reading of one chained partition: a record is valid if it points at the digest of the last valid one and
 * counts one more, and whatever else lies there never happened. Written from the layout alone, so that a mistake of the
 * product's reader does not hide behind the same mistake here.
 */
export class ChainOfPartition {
  seq = 0;
  head: string;

  constructor(topic: string, partition: number, partitions: number) {
    this.head = beginningOf(topic, partition, partitions);
  }

  next(record: RawRecord): Verdict {
    const { ce_prev: prev, ce_seq: seq } = record.headers;
    if (prev === undefined || seq === undefined) return { kind: "void", why: "no_link" };
    if (bytesOf(prev).toString("hex") !== this.head) return { kind: "void", why: "other_prev" };
    if (bytesOf(seq).toString() !== String(this.seq + 1)) return { kind: "void", why: "other_seq" };
    this.seq += 1;
    this.head = digestOf(this.head, this.seq, record);
    return { kind: "valid", seq: this.seq };
  }
}
