import { randomBytes } from "node:crypto";
import pg from "pg";

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: name the spec *.int.spec.ts, so that it runs with real servers`);
  return value;
};

export const testKafkaBrokers = (): readonly string[] => required("TEST_KAFKA_BROKERS").split(",");

/** A name nobody else uses, for a topic or a group: "orders-3f9a0c11d2e4". */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(6).toString("hex")}`;

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends what is still connected, and drops it. */
  drop(): Promise<void>;
}

const withServer = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: required("TEST_DATABASE_URL") });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** An empty database of the spec's own, so that specs may run side by side. */
export const createTestDatabase = async (prefix = "test"): Promise<TestDatabase> => {
  const name = uniqueName(prefix).replaceAll("-", "_");
  await withServer(`create database "${name}"`);
  const url = new URL(required("TEST_DATABASE_URL"));
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => withServer(`drop database if exists "${name}" with (force)`) };
};
