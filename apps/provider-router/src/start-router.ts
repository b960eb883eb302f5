import { ChainTail, CommandBus, KafkaEventLog, TailLag, TopicWriter, createTopics } from "@malipo/event-log";
import { startHttpService } from "@malipo/http-api";
import { LogVault } from "@malipo/key-store";
import { OutboundHttp, readDevelopmentAccess } from "@malipo/outbound-http";
import { createPool, migrate } from "@malipo/projections";
import { createProviders } from "@malipo/provider-registry";
import { type Env, FileKeyRing, Probe, beginProcess, failpoint, systemClock, systemScheduler } from "@malipo/runtime";
import { AppModule } from "./app.module.js";
import { readRouterConfig } from "./config.js";
import { EVIDENCE_TOPIC } from "./receive-webhook/evidence-record.js";
import { SOURCE, createRouter } from "./router.js";
import { PgRouterStore } from "./track-payments/pg-router-store.js";

const service = "provider-router";

/** The composition root: the one place that picks implementations. */
export const startRouter = async (processEnv: Env): Promise<{ stop(): Promise<void>; url: string }> => {
  const { env, base, health, tracing } = await beginProcess(service, 3002, processEnv);
  const { logger, metrics } = base;
  const config = readRouterConfig(processEnv, env.instance);
  // The ports of the platform itself are closed to merchants' callbacks; the simulated providers listen among them.
  const { allow = [] } = readDevelopmentAccess(processEnv);
  // Room for all at once: a call that waited for a query's connection could find its time to send over.
  const connectionsPerOriginMax = config.callsPerProviderMax + config.queriesPerProviderMax;
  const http = new OutboundHttp({ allow, scheduler: systemScheduler, connectionsPerOriginMax });
  const providers = createProviders(processEnv, { http, clock: systemClock, logger });

  await migrate(env.databaseUrl);
  const kafka = { brokers: env.kafkaBrokers, clientId: env.instance, replicationFactor: env.replicationFactor };
  await createTopics(kafka);
  const log = new KafkaEventLog({ ...base, ...kafka, sessionTimeoutMs: env.groupSessionMs });
  const writerOf = (topic: string) => new TopicWriter({ ...base, log, topic });
  const [commandWriter, evidence, parked, keys] = [
    writerOf("payments.commands.v1"),
    writerOf(EVIDENCE_TOPIC),
    writerOf("parked.v1"),
    writerOf("keys.state.v1"),
  ] as const;
  const vault = new LogVault({ ...base, log, keyRing: FileKeyRing.fromEnv(processEnv), writer: keys }, SOURCE);
  await vault.start();

  const pool = createPool(env.databaseUrl, {
    role: "malipo_projector",
    name: service,
    onIdleError: (error) => logger.warn({ error }, "a database connection was lost"),
  });
  const tail = new ChainTail({ ...base, log, topic: "payments.events.v1" });
  const router = createRouter(
    {
      ...base,
      log,
      tail,
      store: new PgRouterStore(pool),
      commands: new CommandBus({ ...base, writer: commandWriter, source: SOURCE }),
      vault,
      evidence,
      parked,
      providers,
      failpoint,
    },
    config,
  );
  health.add("router", () => router.notReady());
  const lag = new TailLag(tail, systemClock, metrics);
  const logProbe = new Probe({ ...base, name: "the log", ask: () => lag.look() });
  const databaseProbe = new Probe({ ...base, name: "the database", ask: () => pool.query("select 1") });
  health.add("log", () => (tail.halted ? "the log is not the one that was read" : logProbe.problem));
  health.add("database", () => databaseProbe.problem);
  // Webhooks are put on record from the first moment: some providers tell only once, and reading the log may take a while.
  const listening = await startHttpService({
    ...base,
    env,
    health,
    module: AppModule.with({ router, adminToken: env.adminToken }),
    rawRoutes: ["/webhooks"],
    closers: [
      { name: "probes", close: () => [logProbe, databaseProbe].forEach((probe) => probe.stop()) },
      { name: "router", close: () => router.stop() },
      { name: "writers", close: () => Promise.all([commandWriter, evidence, parked, keys].map((writer) => writer.close())).then(() => undefined) },
      { name: "outbound http", close: () => http.close() },
      { name: "keys", close: () => vault.stop() },
      { name: "log", close: () => log.close() },
      { name: "database", close: () => pool.end() },
      { name: "traces", close: () => tracing.stop() },
    ],
  });
  await router.start();
  for (const probe of [logProbe, databaseProbe]) probe.start();
  return listening;
};
