import { KafkaEventLog, TailLag, assertTopics, createTopics } from "@malipo/event-log";
import { type HttpService, renderOauthProblem, startHttpService } from "@malipo/http-api";
import { createPool, migrate } from "@malipo/projections";
import {
  type Env,
  FileKeyRing,
  HealthRegistry,
  Probe,
  PrometheusMetrics,
  createLogger,
  startTracing,
  systemClock,
  systemRandom,
  systemScheduler,
} from "@malipo/runtime";
import { AppModule } from "./app.module.js";
import { createAuthToken } from "./auth-token.js";
import { readConfig } from "./config.js";

/** The whole process: adapters, the service's classes, and HTTP in front of them. */
export const startAuthToken = async (env: Env, onFatal: (error: unknown) => void, handleSignals = true): Promise<HttpService> => {
  const config = readConfig(env);
  const { service, instance, kafkaBrokers: brokers, databaseUrl, replicationFactor, groupSessionMs: sessionTimeoutMs } = config;
  const tracing = await startTracing(service, env);
  const logger = createLogger(service, instance);
  const metrics = new PrometheusMetrics(service);
  const health = new HealthRegistry();
  const common = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, logger };

  await migrate(databaseUrl);
  await createTopics({ brokers, clientId: instance, replicationFactor });
  await assertTopics({ brokers, clientId: instance, replicationFactor });
  const log = new KafkaEventLog({ ...common, brokers, clientId: instance, sessionTimeoutMs, onFatal });
  const onIdleError = (error: Error): void => logger.warn({ error }, "a database connection was lost");
  const pools = {
    projector: createPool(databaseUrl, { role: "malipo_projector", name: `${service}-projector`, onIdleError }),
    decider: createPool(databaseUrl, { role: "malipo_decider", name: `${service}-decider`, onIdleError }),
  };
  const parts = createAuthToken({ ...common, log, pools, keyRing: FileKeyRing.fromEnv(env), metrics, onFatal }, config);
  await parts.start();
  const lag = new TailLag(parts.tail, systemClock, metrics);
  const logProbe = new Probe({ ...common, name: "the log", ask: () => lag.look() });
  const databaseProbe = new Probe({ ...common, name: "the database", ask: () => pools.projector.query("select 1") });
  for (const probe of [logProbe, databaseProbe]) probe.start();
  health.add("log", () => logProbe.problem);
  health.add("database", () => databaseProbe.problem);
  health.add("merchants", () => (parts.directory.isCaughtUp() ? undefined : "merchants.state.v1 is being read"));
  health.add("tokens", parts.notReady);

  return startHttpService({
    ...common,
    env: config,
    module: AppModule.of(parts, config),
    metrics,
    health,
    formRoutes: ["/oauth/token"],
    renderProblem: renderOauthProblem,
    handleSignals,
    closers: [
      { name: "probes", close: () => [logProbe, databaseProbe].forEach((probe) => probe.stop()) },
      { name: "auth-token", close: parts.stop },
      { name: "log", close: () => log.close() },
      { name: "database", close: async () => void (await Promise.all([pools.projector.end(), pools.decider.end()])) },
      { name: "tracing", close: () => tracing.stop() },
    ],
  });
};
