import { type ChainPosition, ChainReader, genesisPosition, link } from "@malipo/event-log";
import type { SeededRandom } from "@malipo/event-log/simulated";
import { PARTITION_COUNT } from "@malipo/kernel";
import type { StoredRecord } from "@malipo/ports";
import { events } from "../processes/base.js";
import type { SimulatedProcess } from "../processes/simulated-process.js";
import type { World } from "../world.js";

const lostMax = 3;
/** Within this everybody who had read what is gone must have stopped. */
const graceMs = 20_000;
const pausedMsMax = 9_000;

/**
 * The broker comes back without the end of a partition; in half of the cases with something else in its place. Whoever had
 * read what is gone must stop and say so, and nobody starts it again. Then operations bring the lost records back and start
 * everything. Writes to the partition are refused meanwhile, as by a broker that knows its log to be short.
 */
export const loseTail = (world: World, luck: SeededRandom): boolean => {
  const { broker, time, processes } = world;
  const held = broker.partitions(events).map(({ records }, partition) => ({ records, partition })).filter(({ records }) => records.length > 1);
  const found = held[luck.below(Math.max(1, held.length))];
  if (found === undefined || world.isHalted || !broker.reachable) return false;
  const { records, partition } = found;
  const from = records.length - luck.between(1, Math.min(lostMax, records.length - 1));
  // Void records are no loss: who had read nothing else of what is gone has nothing to say.
  const kept = new ChainReader(genesisPosition(events, partition, PARTITION_COUNT));
  for (const record of records.slice(0, from)) kept.accept(record);
  const readers = processes.filter((process) => process.service !== undefined && (process.tail?.position(partition).seq ?? 0) > kept.position.seq);
  const lost = records.slice(from);
  const isRefilled = luck.chance(0.5);
  const before = readers.map((process) => ({ process, boots: process.boots }));
  world.isHalted = true; // nobody is started on a log that is known to be short
  // Who has not read what is gone cannot know, and is stopped by those who do.
  for (const process of processes) if (!readers.includes(process)) process.holdDown();
  broker.shorten(events, partition, from, isRefilled ? byAnother(lost, kept.position) : []);
  time.at(time.nowMs + graceMs + pausedMsMax, () => {
    for (const { process, boots } of before) if (isGoingOn(process, boots)) world.wentOnWithShortLog.push(process.name);
    for (const process of processes) process.holdDown();
    broker.restore(events, partition, from, lost);
    world.isHalted = false;
    for (const process of processes) process.boot();
  });
  return true;
};

const isGoingOn = (process: SimulatedProcess<unknown>, boots: number): boolean => process.isRunning && process.boots === boots && process.tail?.halted !== true;

/** What another writer would have put there who never read what is gone: as valid, with the same numbers, and not the same. */
const byAnother = (lost: readonly StoredRecord[], after: ChainPosition): readonly StoredRecord[] => {
  const drafts = lost.map(({ key, value, headers }) => ({ key, value, headers: { ...headers, ce_id: "of-another-writer" } }));
  return link(events, lost[0]!.partition, after, drafts).map((record, index) => ({ ...lost[index]!, headers: record.headers }));
};
