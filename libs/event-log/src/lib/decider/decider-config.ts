import type { Clock, EventLog, Logger, Metrics, Random, Scheduler } from "@malipo/ports";
import type { ChainTail } from "../chain/chain-tail.js";
import type { TopicWriter } from "../writer/topic-writer.js";
import type { AggregateDefinition } from "./aggregate-definition.js";
import type { DeciderStore } from "./decider-store.js";

export type DeciderRuntimeOptions<Command, Event, State> = Readonly<{
  definition: AggregateDefinition<Command, Event, State>;
  log: EventLog;
  /** The process's tail of `definition.eventsTopic`. Build the runtime before the tail is started. */
  tail: ChainTail;
  store: DeciderStore;
  /** Writer of `parked.v1`. */
  parked: TopicWriter;
  /** Consumer group that shares out the commands topic, such as `payment-decider`. */
  group: string;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  onFatal: (error: unknown) => void;
  /** Items decided per partition and tick. */
  tickItemsMax?: number;
  /** Commands of a partition that may wait in memory before its reading pauses. */
  queuedMax?: number;
  /** Aggregates kept in memory per partition. */
  entriesMax?: number;
  /** A clock further than this from the broker's refuses ownership. */
  clockSkewMaxMs?: number;
}>;

export const defaults = { tickItemsMax: 500, queuedMax: 5_000, entriesMax: 20_000, clockSkewMaxMs: 2_000 } as const;

/** How long a partition rests after something did not answer, or the projections were behind. */
export const holdMs = 50;

/** This process's clock is too far from the broker's: deadlines and timers would be decided wrongly. */
export class ClockOffError extends Error {
  readonly code = "clock_off";

  constructor(readonly offMs: number) {
    super(`the clock is ${Math.round(offMs)} ms off the broker's`);
    this.name = "ClockOffError";
  }
}
