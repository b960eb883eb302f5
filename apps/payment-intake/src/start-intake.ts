import { readFileSync } from "node:fs";
import { ChainTransport } from "@malipo/event-dispatch";
import { assertTopics, createTopics, KafkaEventLog, TopicWriter } from "@malipo/event-log";
import { Admission, LocalRateStore, RateLimiter, renderOauthProblem, SqlRateStore, startHttpService } from "@malipo/http-api";
import { LogVault } from "@malipo/key-store";
import { AccessTokenVerifier, MerchantDirectory } from "@malipo/merchant-directory";
import { createPool, type DatabaseRole, migrate, PgPaymentsDatabase } from "@malipo/projections";
import {
  createLogger,
  type Env,
  failpoint,
  FileKeyRing,
  HealthRegistry,
  Probe,
  PrometheusMetrics,
  startTracing,
  systemClock,
  systemRandom,
  systemScheduler,
} from "@malipo/runtime";
import { Pepper } from "@malipo/security";
import { refuseAtTheDoor } from "./api/create-payment/refuse-at-the-door.js";
import { CreatePaymentReader } from "./api/create-payment/to-create-payment.js";
import { serveDocument } from "./api/openapi.js";
import { AppModule } from "./app.module.js";
import { readConfig, service, source } from "./config.js";
import { deciderStatus } from "./operations/decider-status.js";
import { PaymentOperations } from "./operations/payments.operations.js";
import { IntakeCore } from "./intake-core.js";
import { PassThrough, passedThrough } from "./pass-through/pass-through.js";

/** The composition root: the one place that picks implementations. */
export const startIntake = async (processEnv: Env): Promise<{ stop(): Promise<void>; url: string }> => {
  const config = readConfig(processEnv);
  const { env } = config;
  const logger = createLogger(service, env.instance);
  const tracing = await startTracing(service, processEnv);
  const metrics = new PrometheusMetrics(service);
  const health = new HealthRegistry();
  const onFatal = (error: unknown): never => {
    logger.error({ error }, "the process cannot go on and ends");
    process.exit(1);
  };
  const base = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, logger, metrics, onFatal, failpoint };

  await migrate(env.databaseUrl);
  const kafka = { brokers: env.kafkaBrokers, clientId: env.instance, replicationFactor: env.replicationFactor };
  await createTopics(kafka);
  await assertTopics(kafka);
  const log = new KafkaEventLog({ ...base, ...kafka, sessionTimeoutMs: config.env.groupSessionMs });
  const keys = new TopicWriter({ ...base, log, topic: "keys.state.v1" });
  const vault = new LogVault({ ...base, log, keyRing: FileKeyRing.fromEnv(processEnv), writer: keys }, source);
  const directory = new MerchantDirectory({ ...base, log });
  await Promise.all([vault.start(), directory.start()]);

  const onIdleError = (error: Error): void => logger.warn({ error }, "a database connection was lost");
  const pool = (role: DatabaseRole, connectionsMax: number) =>
    createPool(env.databaseUrl, { role, name: service, connectionsMax, rebuildable: true, onIdleError });
  const pools = { api: pool("malipo_api", 6), projector: pool("malipo_projector", 3), decider: pool("malipo_decider", 3) };
  const database = new PgPaymentsDatabase(pools);
  const pepper = new Pepper(readFileSync(config.pepperFile));
  const core = new IntakeCore({ ...base, log, database, vault, pepper, directory }, config, config.roles);
  const rates = new SqlRateStore({ query: (text, values) => pools.api.query(text, [...values]) });

  health.add("merchants", () => (directory.isCaughtUp() ? undefined : "the merchants have not been read to their end"));
  health.add("payments", () => core.problem);
  // An instance without the projector's role learns it from nobody else.
  const databaseProbe = new Probe({ ...base, name: "the database", ask: () => pools.api.query("select 1") });
  health.add("database", () => databaseProbe.problem);
  await core.start();
  databaseProbe.start();

  const admission = new Admission({ perKeyMax: config.inFlightPerAccount, totalMax: config.inFlightTotal }, systemClock, metrics);
  const tokens = new AccessTokenVerifier(directory, systemClock, config.tokenIssuer);
  const passThrough = new PassThrough(config.authTokenUrl, logger);
  return startHttpService({
    ...base,
    env,
    health,
    module: AppModule.with({
      adminToken: env.adminToken,
      api: config.roles.has("api"),
      reader: new CreatePaymentReader(core.terms, config.callbacks),
      createPayment: core.createPayment,
      payments: core.payments,
      operations: new PaymentOperations(database),
      admission,
      limiter: new RateLimiter(rates, new LocalRateStore(systemClock), systemScheduler, logger),
      tokens,
      tiers: directory,
      deciderStatus: () => deciderStatus(core, database, log),
      logger,
      metrics,
    }),
    rawRoutes: passedThrough,
    renderProblem: renderOauthProblem,
    configure: async (fastify, nest) => {
      refuseAtTheDoor(fastify, admission, tokens);
      passThrough.install(fastify);
      serveDocument(nest);
      nest.connectMicroservice({ strategy: new ChainTransport({ tail: core.tail, onFault: onFatal }) }, { inheritAppConfig: false });
      await nest.startAllMicroservices();
    },
    closers: [
      { name: "probe", close: () => databaseProbe.stop() },
      { name: "payments", close: () => core.stop() },
      { name: "pass-through", close: () => passThrough.close() },
      { name: "keys", close: () => Promise.all([keys.close(), vault.stop()]).then(() => undefined) },
      { name: "merchants", close: () => directory.stop() },
      { name: "log", close: () => log.close() },
      { name: "database", close: () => Promise.all(Object.values(pools).map((one) => one.end())).then(() => undefined) },
      { name: "traces", close: () => tracing.stop() },
    ],
  });
};
