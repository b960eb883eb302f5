import type { Weakness } from "@malipo/event-log";
import type { SeededRandom, SimulatedTime } from "@malipo/event-log/simulated";
import type { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import type { InMemoryCallbackStore } from "@malipo/callback-dispatcher";
import type { Logger } from "@malipo/ports";
import type { MemoryRouterStore } from "@malipo/provider-router";
import type { MerchantEndpoint } from "./merchant-endpoint.js";
import type { ProviderLedger } from "./provider-ledger.js";
import type { WorldBroker } from "./world-broker.js";

export type Plant = "caller_check_off" | "bare_acknowledgement" | "sequence_number";

/** Chances of trouble now; all 0 once the world has healed. */
export type Trouble = { databaseDown: number; databaseUnknown: number; network: number };

/** What all processes share, and what outlives each of them. */
export type Surroundings = Readonly<{
  time: SimulatedTime;
  random: SeededRandom;
  broker: WorldBroker;
  database: MemoryPaymentsDatabase;
  routerStore: MemoryRouterStore;
  callbackStore: InMemoryCallbackStore;
  providers: readonly ProviderLedger[];
  endpoint: MerchantEndpoint;
  trouble: Trouble;
  sessionMs: number;
  weakness: Weakness | undefined;
  plant: Plant | undefined;
  loggerOf: (name: string) => Logger;
  /** A process has given up by itself, which none should under any of these faults. */
  fatal: (name: string, error: unknown) => void;
}>;
