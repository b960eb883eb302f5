import { randomBytes } from "node:crypto";
import { answersMetadata, brokerEnvironment, freePorts, prepareDatabase, waitUntil } from "@malipo/local-platform";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { GenericContainer } from "testcontainers";
import type { TestServers } from "./start-test-servers.js";

const kafkaImage = "apache/kafka:4.4.0";
const postgresImage = "postgres:18";

const startKafkaContainer = async (host: string) => {
  // The broker tells clients its address, so the port has to be known before the start and the same on both sides.
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  const environment = brokerEnvironment({ port, controllerPort, logDir: "/tmp/kafka", listenHost: "0.0.0.0", advertisedHost: host });
  const container = await new GenericContainer(kafkaImage)
    .withEnvironment({ ...environment })
    .withExposedPorts({ container: port, host: port })
    .start();
  const brokers = `${host}:${port}`;
  await waitUntil(async () => ((await answersMetadata([brokers])) ? true : undefined), { timeoutMs: 60_000, what: "Kafka answers" });
  return { container, brokers };
};

/** The same two servers from their images, where a container engine answers. */
export const startContainerServers = async (host: string): Promise<TestServers> => {
  const [kafka, postgres] = await Promise.all([
    startKafkaContainer(host),
    new PostgreSqlContainer(postgresImage).withCommand(["postgres", "-c", "max_connections=200", "-c", "fsync=off"]).start(),
  ]);
  const password = randomBytes(18).toString("base64url");
  await prepareDatabase(postgres.getConnectionUri(), password);
  return {
    kafkaBrokers: kafka.brokers,
    databaseUrl: `postgresql://malipo:${password}@${postgres.getHost()}:${postgres.getPort()}/malipo`,
    stop: async () => {
      await Promise.all([kafka.container.stop(), postgres.stop()]);
    },
  };
};
