import { topics } from "@malipo/event-contracts";
import { createTopics, KafkaEventLog } from "@malipo/event-log";
import type { HttpApp } from "@malipo/http-api";
import type { EventLog, Logger, Vault } from "@malipo/ports";
import { createPool, type DatabaseRole, PgPaymentsDatabase } from "@malipo/projections";
import { noMetrics, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import type { Pepper } from "@malipo/security";
import type { Role } from "../config.js";
import { IntakeCore } from "../intake-core.js";
import { prefixedLog } from "./prefixed-log.js";
import { channels, createTestApp } from "./test-app.js";

const allRoles: readonly Role[] = ["api", "decider", "projector"];

export type TestCluster = Readonly<{ brokers: readonly string[]; databaseUrl: string; prefix: string; vault: Vault; pepper: Pepper; logger: Logger }>;

export interface TestIntake {
  readonly app: HttpApp;
  readonly core: IntakeCore;
  readonly database: PgPaymentsDatabase;
  readonly log: EventLog;
  readonly fatal: readonly unknown[];
  stop(): Promise<void>;
}

const prefixed = (prefix: string) => Object.fromEntries(Object.entries(topics).map(([name, settings]) => [prefix + name, settings]));

export const createTestTopics = ({ brokers, prefix }: TestCluster): Promise<void> =>
  createTopics({ brokers, clientId: "spec", replicationFactor: 1, topics: prefixed(prefix) });

/** One instance of the service on real Kafka and PostgreSQL, without its network port. */
export const startTestIntake = async (cluster: TestCluster, roles: readonly Role[] = allRoles): Promise<TestIntake> => {
  const { brokers, databaseUrl, prefix, vault, pepper, logger } = cluster;
  const fatal: unknown[] = [];
  const base = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, logger, metrics: noMetrics, onFatal: (error: unknown) => void fatal.push(error) };
  const kafka = new KafkaEventLog({ ...base, brokers, clientId: `intake-${systemRandom.uuid()}`, topics: prefixed(prefix), sessionTimeoutMs: 3_000 });
  const log = prefixedLog(kafka, prefix);
  const pool = (role: DatabaseRole) => createPool(databaseUrl, { role, name: "spec", connectionsMax: 4 });
  const pools = { api: pool("malipo_api"), projector: pool("malipo_projector"), decider: pool("malipo_decider") };
  const database = new PgPaymentsDatabase(pools);
  const times = { expiresAfterMs: 60_000, resolveAfterMs: 30_000, decideBeforeMs: 10_000 };
  const core = new IntakeCore({ ...base, log, database, vault, pepper, directory: channels }, times, new Set(roles));
  await core.start();
  const app = await createTestApp({ core, database, logger });
  const stop = async (): Promise<void> => {
    await app.nest.close();
    await core.stop();
    await kafka.close();
    await Promise.all(Object.values(pools).map((one) => one.end()));
  };
  return { app, core, database, log, fatal, stop };
};

export const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> => {
  const deadline = systemClock.monotonicMs() + withinMs;
  while (!(await holds())) {
    if (systemClock.monotonicMs() > deadline) throw new Error(`not in time: ${what}`);
    await systemScheduler.sleep(20);
  }
};
