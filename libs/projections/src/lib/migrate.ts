import "reflect-metadata";
import pg from "pg";
import { DataSource } from "typeorm";
import { migrations } from "./migrations.js";

/** Any constant will do, as long as every service asks for the same one. */
const lockKey = 4_242_001;

/**
 * Brings the schema up to date. Every service does so at its start; an advisory lock lets one of them work and the others
 * find it done. Each migration is one transaction.
 */
export const migrate = async (databaseUrl: string): Promise<void> => {
  const guard = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  guard.on("error", () => undefined); // told by the statement that runs into it
  await guard.connect();
  try {
    await guard.query("set lock_timeout = '60s'");
    await guard.query("select pg_advisory_lock($1)", [lockKey]);
    const source = await new DataSource({
      type: "postgres",
      url: databaseUrl,
      migrations,
      migrationsTableName: "schema_migrations",
      migrationsTransactionMode: "each",
      synchronize: false,
      logging: false,
      poolSize: 1,
    }).initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  } finally {
    await guard.end(); // ends the lock too
  }
};
