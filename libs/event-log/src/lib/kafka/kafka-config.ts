import type { TopicSettings } from "@malipo/event-contracts";
import type { Clock, Logger, Random, Scheduler } from "@malipo/ports";

export type KafkaEventLogOptions = Readonly<{
  brokers: readonly string[];
  /** Name of this process for the brokers, such as `payment-intake-1`. */
  clientId: string;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  /** A consumer died of something that is not the broker's fault: the process must exit and be started again. */
  onFatal: (error: unknown) => void;
  /** The table of event-contracts when absent. */
  topics?: Readonly<Record<string, TopicSettings>>;
  /** 3 s in development, 10 s in production. */
  sessionTimeoutMs?: number;
  /** How long an append may take before it is unknown. */
  requestTimeoutMs?: number;
}>;

/** A waiting fetch is answered as soon as a record arrives, so a long wait costs no latency and saves wake-ups. */
export const tailWaitMs = 5_000;
/** Commands are fetched for the partitions this process owns, and those change. */
export const ownedWaitMs = 1_000;
/** While some partitions are left out of a fetch because they are being taken over or are busy. */
export const shortWaitMs = 50;
/** A clean stop waits this long for the client's own good-bye. */
export const disconnectMs = 300;
