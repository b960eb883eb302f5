import { createHash, hash } from "node:crypto";
import type { Headers } from "@malipo/ports";

/** Frozen: the first bytes of everything that is hashed for a chain, version and end of line included. */
const prefix = Buffer.from("malipo.chain.1\n", "latin1");
/** Frozen: how a record's partition follows from its account. */
const accountFunction = "murmur2-account-1";

export const seqHeader = "ce_seq";
export const prevHeader = "ce_prev";
export const digestBytes = 32;

/** What a partition's first record has to point at: its own place, so that a record moved elsewhere is void there. */
export const genesisDigest = (topic: string, partition: number, partitions: number): Uint8Array =>
  createHash("sha256").update(prefix).update(`${topic}/${partition}/${partitions}/${accountFunction}`, "utf8").digest();

type Hashed = Readonly<{ key: string; value: Uint8Array; headers: Headers }>;

const lengthOf = (value: string | Uint8Array): number => (typeof value === "string" ? Buffer.byteLength(value, "utf8") : value.length);

/**
 * SHA-256 over prefix, prev, seq, key, all headers but the chain's own two sorted by name, and value, each variable part
 * after its length. The bytes are frozen from the first record: one more header, or another order, and all history is void.
 */
export const recordDigest = (prev: Uint8Array, seq: number, { key, value, headers }: Hashed): Uint8Array => {
  const names: string[] = [];
  let size = prefix.length + digestBytes + 8 + 4 + lengthOf(key) + 4 + 4 + value.length;
  for (const name in headers) {
    if (name === seqHeader || name === prevHeader) continue;
    names.push(name);
    size += 8 + lengthOf(name) + lengthOf(headers[name]!);
  }
  names.sort();

  const bytes = Buffer.allocUnsafe(size);
  let at = prefix.copy(bytes);
  const put = (part: string | Uint8Array): void => {
    const start = at + 4;
    if (typeof part === "string") at = start + bytes.write(part, start, "utf8");
    else {
      bytes.set(part, start);
      at = start + part.length;
    }
    bytes.writeUInt32BE(at - start, start - 4);
  };
  bytes.set(prev, at);
  at += digestBytes;
  at = bytes.writeBigUInt64BE(BigInt(seq), at);
  put(key);
  at = bytes.writeUInt32BE(names.length, at);
  for (const name of names) {
    put(name);
    put(headers[name]!);
  }
  put(value);
  return hash("sha256", bytes, "buffer");
};

export const sameDigest = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;
