import { afterAll, describe, expect, it } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { createTestDatabase, testKafkaBrokers, uniqueName, type TestDatabase } from "./test-resources.js";

describe("the servers of a test run", () => {
  const databases: TestDatabase[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it("give each spec a database of its own, for a role that row-level security binds", async () => {
    const database = await createTestDatabase();
    databases.push(database);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query("select current_database() as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user");
    await client.end();
    expect(rows).toEqual([{ name: database.name, rolsuper: false, rolbypassrls: false }]);
  });

  it("take topics by name, and make none by themselves", async () => {
    const kafka = new Kafka({ brokers: [...testKafkaBrokers()], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    const topic = uniqueName("topic");
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(topics[0]?.partitions).toHaveLength(3);
    await admin.disconnect();
  });
});
