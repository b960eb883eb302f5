import { startTestServers } from "./start-test-servers.js";

// Jest's globalSetup: one pair of servers for a whole run, told to every spec through the environment.
const setUp = async (): Promise<void> => {
  const servers = await startTestServers();
  process.env["TEST_KAFKA_BROKERS"] = servers.kafkaBrokers;
  process.env["TEST_DATABASE_URL"] = servers.databaseUrl;
  (globalThis as { malipoTestServers?: unknown }).malipoTestServers = servers;
};

export default setUp;
