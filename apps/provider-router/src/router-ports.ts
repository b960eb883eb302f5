import type { PaymentEventCodec } from "@malipo/event-contracts";
import type { CommandDoor } from "@malipo/event-log";
import type { Clock, EventLog, Logger, Metrics, OutgoingRecord, Random, Scheduler, Vault } from "@malipo/ports";
import type { PaymentProvider } from "@malipo/provider-contract";
import type { PollSchedule } from "@malipo/provider-routing";
import type { EventsTail } from "./track-payments/events-tail.js";
import type { RouterStore } from "./track-payments/router-store.js";

export interface RecordWriter {
  write(partition: number, record: OutgoingRecord): Promise<Readonly<{ partition: number; offset: number }>>;
}

/** Everything around the router; the simulation passes its own. */
export type RouterPorts = Readonly<{
  log: EventLog;
  tail: EventsTail;
  store: RouterStore;
  commands: Pick<CommandDoor, "send">;
  vault: Vault;
  evidence: RecordWriter;
  parked: RecordWriter;
  providers: ReadonlyMap<string, PaymentProvider>;
  /** Default: the types of events that this version knows. */
  codec?: PaymentEventCodec;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  /** The process must stop and start anew. */
  onFatal: (error: unknown) => void;
  /** Named places where a crash would be most inconvenient. */
  failpoint: (name: string) => void;
}>;

export type RouterTimes = Readonly<{
  /** How long after the proposal the caller may still send. */
  sendBeforeMs: number;
  /** By how much clocks of honest machines may differ. */
  skewMs: number;
  callDeadlineMs: number;
  queryDeadlineMs: number;
  polls: PollSchedule;
}>;

export type RouterConfig = Readonly<{
  instance: string;
  times: RouterTimes;
  /** Attempts under way and queries under way, each per provider. */
  callsPerProviderMax: number;
  queriesPerProviderMax: number;
}>;
