import { containerEngineHost } from "./container-engine.js";
import { startEmbeddedServers } from "./embedded-servers.js";

export interface TestServers {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/**
 * A real Kafka and a real PostgreSQL for specs: what TEST_KAFKA_BROKERS and TEST_DATABASE_URL (or KAFKA_BROKERS and
 * DATABASE_URL) name, else containers where an engine answers, else embedded ones on free ports.
 */
export const startTestServers = async (env: NodeJS.ProcessEnv = process.env): Promise<TestServers> => {
  const kafkaBrokers = env["TEST_KAFKA_BROKERS"] || env["KAFKA_BROKERS"];
  const databaseUrl = env["TEST_DATABASE_URL"] || env["DATABASE_URL"];
  if (kafkaBrokers && databaseUrl) return { kafkaBrokers, databaseUrl, stop: () => Promise.resolve() };
  const host = await containerEngineHost(env);
  if (host === undefined) return startEmbeddedServers(env);
  const { startContainerServers } = await import("./container-servers.js");
  return startContainerServers(host);
};
