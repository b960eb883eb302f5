import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { cacheFolder } from "./cache-folder.js";
import { findJava } from "./kafka/java.js";
import { startKafka, type KafkaServer } from "./kafka/start-kafka.js";
import { freePorts } from "./net/ports.js";
import { startPostgres, type PostgresServer } from "./postgres/start-postgres.js";
import { identify } from "./processes/process-identity.js";

// Where the run's own servers are containers there may be no Java; then nothing is embedded either.
const hasJava = await findJava(process.env).then(
  () => true,
  () => false,
);
const withoutGiven = { ...process.env, KAFKA_BROKERS: "", DATABASE_URL: "" };

describe("servers on this machine", () => {
  let folder: string;
  let ports: readonly [number, number];
  const running: { stop(): Promise<void> }[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "malipo-servers-"));
    chmodSync(folder, 0o711);
    ports = (await freePorts(2)) as [number, number];
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  const kafka = async (): Promise<KafkaServer> => {
    const [port, controllerPort] = ports;
    const cacheDir = cacheFolder(process.env, join(folder, "cache"));
    const server = await startKafka({ dataDir: join(folder, "kafka"), port, controllerPort, cacheDir, env: withoutGiven, life: "short" });
    running.push(server);
    return server;
  };

  const postgres = async (): Promise<PostgresServer> => {
    const server = await startPostgres({ dataDir: join(folder, "postgres"), port: ports[0], env: withoutGiven, life: "short" });
    running.push(server);
    return server;
  };

  const topicsOf = async ({ brokers }: KafkaServer): Promise<readonly string[]> => {
    const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "kept", numPartitions: 2 }] });
    const topics = await admin.listTopics();
    await admin.disconnect();
    return [...topics].sort();
  };
  // The second is the broker's own, and its being there is what makes the first join of a group succeed.
  const keptTopics = ["__consumer_offsets", "kept"];

  (hasJava ? it : it.skip)(
    "Kafka comes up again on its data, whether it was stopped, killed, or left running",
    async () => {
      const first = await kafka();
      expect(await topicsOf(first)).toEqual(keptTopics);
      await first.stop();
      expect(identify(first.pid!)).toBeUndefined();

      const second = await kafka();
      process.kill(second.pid!, "SIGKILL");
      expect(await second.exited).toBe("signal SIGKILL");

      // The third is left running, as by a launcher that was killed; the fourth start finds and replaces it.
      const third = await kafka();
      const fourth = await kafka();
      expect(identify(third.pid!)).toBeUndefined();
      expect(await topicsOf(fourth)).toEqual(keptTopics);
    },
    90_000,
  );

  it("PostgreSQL comes up again on its data, whether it was stopped, killed, or left running", async () => {
    const ask = async ({ url }: PostgresServer, sql: string): Promise<unknown[]> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(sql);
      await client.end();
      return rows as unknown[];
    };
    const first = await postgres();
    await ask(first, "create table kept as select 1 as one");
    await first.stop();
    expect(identify(first.pid!)).toBeUndefined();

    const second = await postgres();
    process.kill(second.pid!, "SIGKILL");
    expect(await second.exited).toBe("signal SIGKILL");

    const third = await postgres();
    const fourth = await postgres();
    expect(identify(third.pid!)).toBeUndefined();
    expect(await ask(fourth, "select * from kept")).toEqual([{ one: 1 }]);
    expect(await ask(fourth, "show server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
  }, 60_000);

  it("say who holds their port", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(ports[0], "127.0.0.1", resolve));
    await expect(postgres()).rejects.toThrow(new RegExp(`port ${ports[0]}, wanted by PostgreSQL, is in use.*POSTGRES_PORT`));
    squatter.close();
  });

  it("name the cure when Java is missing or too old", async () => {
    await expect(findJava({ JAVA_HOME: "/nonexistent" })).rejects.toThrow(/No Java found[^]*Install Java 17 or newer[^]*KAFKA_BROKERS/);
  });
});
