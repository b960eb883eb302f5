import { ChainTail, TailLag, KafkaEventLog, TopicWriter, createTopics, parkRecord } from "@malipo/event-log";
import { type HttpService, startHttpService } from "@malipo/http-api";
import { createPool, migrate } from "@malipo/projections";
import { type Env, Probe, beginProcess, seconds, systemClock } from "@malipo/runtime";
import { AppModule } from "./app.module.js";
import { acceptCsv, statementsPath } from "./import-statement/accept-csv.js";
import { EVENTS } from "./keep-reconciliation/attempt-change.js";
import { PgReconciliationStore } from "./keep-reconciliation/pg-reconciliation-store.js";
import { RECONCILIATION } from "./keep-reconciliation/reconciliation-fact.js";
import { ReconciliationService } from "./reconciliation-service.js";

const service = "reconciliation";

/** The composition root: the one place that picks implementations. */
export const startReconciliation = async (
  processEnv: Env,
  end?: (error: unknown) => void,
  handleSignals = true,
): Promise<HttpService> => {
  const { env, base, health, tracing } = await beginProcess(service, 3004, processEnv, end);
  const { logger, metrics } = base;

  await migrate(env.databaseUrl);
  const kafka = { brokers: env.kafkaBrokers, clientId: env.instance, replicationFactor: env.replicationFactor };
  await createTopics(kafka);
  const log = new KafkaEventLog({ ...base, ...kafka, sessionTimeoutMs: env.groupSessionMs });
  const writer = new TopicWriter({ ...base, log, topic: RECONCILIATION });
  const parked = new TopicWriter({ ...base, log, topic: "parked.v1" });
  const pool = createPool(env.databaseUrl, {
    role: "malipo_projector",
    name: service,
    onIdleError: (error) => logger.warn({ error }, "a database connection was lost"),
  });
  const store = new PgReconciliationStore(pool);
  const tail = new ChainTail({ ...base, log, topic: EVENTS });
  const reconciliation = new ReconciliationService({
    ...base,
    log,
    store,
    writer,
    tail,
    statementLagMs: seconds(processEnv, "STATEMENT_LAG_S", 1_200),
    park: (record, reason, detail) => parkRecord({ ...base, writer: parked, source: `/malipo/${service}` }, record, reason, detail),
  });
  health.add("reconciliation", () => reconciliation.problem);
  const lag = new TailLag(tail, systemClock, metrics);
  const logProbe = new Probe({ ...base, name: "the log", ask: () => lag.look() });
  const databaseProbe = new Probe({ ...base, name: "the database", ask: () => pool.query("select 1") });
  health.add("log", () => (tail.halted ? "the log is not the one that was read" : logProbe.problem));
  health.add("database", () => databaseProbe.problem);
  await reconciliation.start();
  for (const probe of [logProbe, databaseProbe]) probe.start();

  return startHttpService({
    ...base,
    env,
    health,
    handleSignals,
    module: AppModule.with({ ...base, store, importStatement: reconciliation.importStatement, adminToken: env.adminToken }),
    rawRoutes: [statementsPath],
    configure: acceptCsv,
    closers: [
      { name: "probes", close: () => [logProbe, databaseProbe].forEach((probe) => probe.stop()) },
      { name: "reconciliation", close: () => reconciliation.stop() },
      { name: "writers", close: () => Promise.all([writer.close(), parked.close()]).then(() => undefined) },
      { name: "log", close: () => log.close() },
      { name: "database", close: () => pool.end() },
      { name: "traces", close: () => tracing.stop() },
    ],
  });
};
