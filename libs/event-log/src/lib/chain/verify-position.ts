import type { EventLog } from "@malipo/ports";
import { headerText } from "@malipo/event-contracts";
import type { ChainPosition } from "./chain-record.js";
import { follows } from "./chain-reader.js";
import { prevHeader, recordDigest, sameDigest, seqHeader } from "./digest.js";
import { LogTruncatedError } from "./errors.js";

/** Void records come in short runs (one batch of a late writer); a longer way back means another log. */
const lookBackMax = 10_000;

/**
 * Proves that the log before `position` is the one it was computed from: the last valid record is still there with the
 * same digest, and nothing after it, up to the position, would have been valid. `end < offset` alone misses a tail that
 * was cut and refilled by another writer.
 * @throws LogTruncatedError
 */
export const verifyPosition = async (log: EventLog, topic: string, partition: number, position: ChainPosition): Promise<void> => {
  const wrong = (why: string) => new LogTruncatedError(topic, partition, why);
  const last = Math.max(0, position.offset - lookBackMax);
  for (let offset = position.offset - 1; offset >= last; offset -= 1) {
    const record = await log.read(topic, partition, offset);
    if (record === undefined) throw wrong(`record ${offset} is gone`);
    if (follows(record, position)) throw wrong(`record ${offset} continues the chain, but was not there when it was read`);
    const prev = record.headers[prevHeader];
    if (position.seq === 0 || prev === undefined || typeof prev === "string") continue;
    if (headerText(record.headers[seqHeader]) !== String(position.seq)) continue;
    if (sameDigest(recordDigest(prev, position.seq, record), position.head)) return;
  }
  if (position.seq > 0) throw wrong(`the last valid record before ${position.offset} has another digest`);
};
