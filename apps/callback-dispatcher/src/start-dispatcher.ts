import { ChainTail, TailLag, KafkaEventLog, TopicWriter, createTopics, parkRecord } from "@malipo/event-log";
import { type HttpService, startHttpService } from "@malipo/http-api";
import { LogVault } from "@malipo/key-store";
import { MerchantDirectory } from "@malipo/merchant-directory";
import { OutboundHttp, readDevelopmentAccess } from "@malipo/outbound-http";
import { createPool, migrate } from "@malipo/projections";
import { type Env, FileKeyRing, Probe, beginProcess, systemClock, systemScheduler } from "@malipo/runtime";
import { AppModule } from "./app.module.js";
import { CallbackService } from "./callback-service.js";
import { EVENTS } from "./keep-deliveries/callback-of-event.js";
import { DELIVERIES } from "./keep-deliveries/delivery-record.js";
import { PgCallbackStore } from "./keep-deliveries/pg-callback-store.js";
import { CallbackSender } from "./send-callback/callback-sender.js";

const service = "callback-dispatcher";

/** The composition root: the one place that picks implementations. */
export const startDispatcher = async (
  processEnv: Env,
  end?: (error: unknown) => void,
  handleSignals = true,
): Promise<HttpService> => {
  const { env, base, health, tracing } = await beginProcess(service, 3003, processEnv, end);
  const { logger, metrics } = base;

  await migrate(env.databaseUrl);
  const kafka = { brokers: env.kafkaBrokers, clientId: env.instance, replicationFactor: env.replicationFactor };
  await createTopics(kafka);
  const log = new KafkaEventLog({ ...base, ...kafka, sessionTimeoutMs: env.groupSessionMs });
  const writerOf = (topic: string) => new TopicWriter({ ...base, log, topic });
  const writer = writerOf(DELIVERIES);
  const parked = writerOf("parked.v1");
  const keys = writerOf("keys.state.v1");

  const keyRing = FileKeyRing.fromEnv(processEnv);
  const vault = new LogVault({ ...base, log, keyRing, writer: keys }, `/malipo/${service}`);
  const directory = new MerchantDirectory({ ...base, log, vault });
  await Promise.all([vault.start(), directory.start()]);

  const pool = createPool(env.databaseUrl, {
    role: "malipo_projector",
    name: service,
    onIdleError: (error) => logger.warn({ error }, "a database connection was lost"),
  });
  const store = new PgCallbackStore(pool);
  const http = new OutboundHttp({ ...readDevelopmentAccess(processEnv), scheduler: systemScheduler });
  const tail = new ChainTail({ ...base, log, topic: EVENTS });
  const callbacks = new CallbackService({
    ...base,
    log,
    store,
    writer,
    sender: new CallbackSender({ http, vault, secrets: directory }),
    tail,
    park: (record, reason, detail) => parkRecord({ ...base, writer: parked, source: `/malipo/${service}` }, record, reason, detail),
  });
  health.add("merchants", () => (directory.isCaughtUp() ? undefined : "the merchants have not been read to their end"));
  health.add("callbacks", () => callbacks.problem);
  const lag = new TailLag(tail, systemClock, metrics);
  const logProbe = new Probe({ ...base, name: "the log", ask: () => lag.look() });
  const databaseProbe = new Probe({ ...base, name: "the database", ask: () => pool.query("select 1") });
  health.add("log", () => (tail.halted ? "the log is not the one that was read" : logProbe.problem));
  health.add("database", () => databaseProbe.problem);
  await callbacks.start();
  for (const probe of [logProbe, databaseProbe]) probe.start();

  return startHttpService({
    ...base,
    env,
    health,
    handleSignals,
    module: AppModule.with({ ...base, store, append: callbacks.append, adminToken: env.adminToken }),
    closers: [
      { name: "probes", close: () => [logProbe, databaseProbe].forEach((probe) => probe.stop()) },
      { name: "callbacks", close: () => callbacks.stop() },
      { name: "outbound http", close: () => http.close() },
      { name: "writers", close: () => Promise.all([writer.close(), parked.close(), keys.close()]).then(() => undefined) },
      { name: "merchants", close: () => directory.stop() },
      { name: "keys", close: () => vault.stop() },
      { name: "log", close: () => log.close() },
      { name: "database", close: () => pool.end() },
      { name: "traces", close: () => tracing.stop() },
    ],
  });
};
