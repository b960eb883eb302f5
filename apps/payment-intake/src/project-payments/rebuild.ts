import { ChainReader, genesisPosition } from "@malipo/event-log";
import { partitionOf } from "@malipo/kernel";
import type { Logger, StoredRecord, Tail } from "@malipo/ports";
import { ChangeSet, type Checkpoint, type EventRow, type PaymentsDatabase } from "@malipo/projections";
import { withMarks } from "./checkpoint-marks.js";
import { addRecord } from "./to-row.js";

/** The part of the log that a rebuild needs: it reads, and can do nothing else. */
export interface ReadableLog {
  ends(topic: string): Promise<ReadonlyMap<number, Readonly<{ start: number; end: number }>>>;
  tail(topic: string, from: ReadonlyMap<number, number>, sink: (partition: number, records: readonly StoredRecord[]) => Promise<void>): Promise<Tail>;
}

const topic = "payments.events.v1";

/**
 * Folds the whole log, from its first record to the end it had at the start, into empty tables. Uses no clock, no random
 * source, and no row that was there before, so that the same log always comes to the same rows.
 */
export const rebuildPayments = async (log: ReadableLog, into: PaymentsDatabase, logger: Logger): Promise<number> => {
  const ends = await log.ends(topic);
  const readers = new Map([...ends.keys()].map((partition) => [partition, new ChainReader(genesisPosition(topic, partition, ends.size))]));
  const left = new Map([...ends].filter(([, { end }]) => end > 0).map(([partition, { end }]) => [partition, end]));
  let count = 0;
  const done = Promise.withResolvers<void>();
  if (left.size === 0) return 0;

  const take = async (partition: number, records: readonly StoredRecord[]): Promise<void> => {
    const end = left.get(partition);
    const reader = readers.get(partition);
    if (end === undefined || reader === undefined) return;
    const from = reader.position.offset;
    const changes = new ChangeSet();
    const rows: EventRow[] = [];
    for (const record of records) {
      if (record.offset >= end) break;
      const valid = reader.accept(record);
      if (typeof valid !== "object") continue;
      const row = addRecord(changes, valid, (_record, reason, detail) =>
        logger.warn({ partition, offset: record.offset, reason, detail }, "kept raw: this version cannot read it"),
      );
      if (row === undefined) continue;
      if (partitionOf(row.account) !== partition) throw new Error(`record ${partition}/${record.offset} stands in a partition that is not its account's`);
      rows.push(row);
    }
    const to: Checkpoint = withMarks(reader.position, rows);
    if (to.offset === from) return;
    const outcome = await into.commit(changes, [{ partition, from, to }]);
    if (outcome.kind !== "ok") throw new Error(`the rebuild could not be stored: ${outcome.kind}`, { cause: "cause" in outcome ? outcome.cause : undefined });
    count += rows.length;
    if (to.offset >= end) left.delete(partition);
    if (left.size === 0) done.resolve();
  };
  const starts = new Map([...left.keys()].map((partition) => [partition, 0]));
  const tail = await log.tail(topic, starts, (partition, records) => take(partition, records).catch((error: unknown) => done.reject(error)));
  await done.promise.finally(() => tail.stop());
  return count;
};
