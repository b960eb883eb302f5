import type { InMemoryCallbackStore } from "@malipo/callback-dispatcher";
import type { SeededRandom, SimulatedTime } from "@malipo/event-log/simulated";
import type { KeyRing, Logger } from "@malipo/ports";
import type { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import type { MemoryRouterStore } from "@malipo/provider-router";
import type { InMemoryReconciliationStore } from "@malipo/reconciliation";
import type { Faults } from "./faults/faults.js";
import type { MerchantEndpoint } from "./merchants/merchant-endpoint.js";
import type { ProviderLedger } from "./providers/provider-ledger.js";
import type { Versions } from "./versions.js";
import type { WorldBroker } from "./world-broker.js";

/** The one PostgreSQL of the platform. */
export type Tables = Readonly<{
  payments: MemoryPaymentsDatabase;
  router: MemoryRouterStore;
  callbacks: InMemoryCallbackStore;
  reconciliation: InMemoryReconciliationStore;
}>;

/** What all processes share, and what outlives each of them. */
export type Surroundings = Readonly<{
  time: SimulatedTime;
  /** A stream of luck that belongs to the name. */
  luckOf: (name: string) => SeededRandom;
  faults: Faults;
  broker: WorldBroker;
  tables: Tables;
  keyRing: KeyRing;
  versions: Versions;
  ledgers: readonly ProviderLedger[];
  endpoint: MerchantEndpoint;
  loggerOf: (name: string) => Logger;
  /** False while nobody may be started. */
  mayBoot: () => boolean;
  /** A process has given up by itself. */
  fatal: (name: string, error: unknown) => void;
}>;
