import type { Instant } from "@malipo/kernel";
import type { Scheduler } from "@malipo/ports";
import type { ChainTail } from "../chain/chain-tail.js";
import type { EndOffsets } from "../chain/end-offsets.js";
import { LogTruncatedError } from "../chain/errors.js";
import { holdMs } from "./decider-config.js";
import type { DeciderStore, TakeOverAnswer } from "./decider-store.js";

export type Marks = { cursor: number; lastAt: Instant | undefined };

/** Waits until the projections have seen the floor; without them nothing about the past is known for sure. */
export const storedBehind = async (
  store: DeciderStore,
  partition: number,
  floor: () => number,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<TakeOverAnswer> => {
  for (;;) {
    signal.throwIfAborted();
    const answer = await store.takeOver(partition).catch(() => undefined);
    signal.throwIfAborted();
    if (answer !== undefined && answer.checkpoint >= floor()) return answer;
    await scheduler.sleep(holdMs, signal);
  }
};

/** Where to go on reading commands: behind the last one that an event names, within what the topic still holds. */
export const commandsFrom = async (ends: EndOffsets, topic: string, partition: number, cursor: number): Promise<number> => {
  const { start, end } = (await ends.latest()).get(partition) ?? { start: 0, end: 0 };
  if (cursor + 1 > end) throw new LogTruncatedError(topic, partition, `command ${cursor} was decided, but it ends at ${end}`);
  return Math.max(start, cursor + 1);
};

/** Reads the events to the end seen now; what comes later is the tail's ordinary work. */
export const readToEnd = async (tail: ChainTail, partition: number, signal: AbortSignal): Promise<void> => {
  await tail.verify();
  await tail.catchUp(partition, undefined, signal);
};
