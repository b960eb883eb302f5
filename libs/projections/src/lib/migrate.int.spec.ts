import "reflect-metadata";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "@malipo/testing";
import pg from "pg";
import { DataSource } from "typeorm";
import { entities } from "./entities.js";
import { migrate } from "./migrate.js";
import { migrations } from "./migrations.js";
import { createRebuildTables, swapRebuiltTables } from "./payments/rebuild-tables.js";

const sourceOf = (url: string, upTo = migrations.length): Promise<DataSource> =>
  new DataSource({
    type: "postgres", url, entities, migrations: migrations.slice(0, upTo), migrationsTableName: "schema_migrations", migrationsTransactionMode: "each", poolSize: 1,
  }).initialize();

describe("the schema", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it("keeps its rows when it comes from the version before", async () => {
    const before = await sourceOf(test.url, migrations.length - 1);
    await before.runMigrations();
    await before.query("insert into rate_limits values ('account/a', 17, 3)");
    await before.query("insert into projection_checkpoints values ('payments', 'payments.events.v1', 3, 41, 40, '\\x00', 7, now())");
    await before.destroy();

    await migrate(test.url);
    const after = await sourceOf(test.url);
    try {
      expect(await after.query("select key, arrival_us from rate_limits")).toEqual([{ key: "account/a", arrival_us: "17" }]);
      expect(await after.query("select next_offset from projection_checkpoints")).toEqual([{ next_offset: "41" }]);
      expect(await after.query("select has_table_privilege('malipo_api', 'rate_limits', 'delete') as may")).toEqual([{ may: true }]);
    } finally {
      await after.destroy();
    }
  });

  it("is what the entities say", async () => {
    const source = await sourceOf(test.url);
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
      const tables: { table_name: string }[] = await source.query(
        "select table_name from information_schema.tables where table_schema = 'public' and table_name <> 'schema_migrations' order by 1",
      );
      expect(source.entityMetadatas.map(({ tableName }) => tableName).sort()).toEqual(tables.map(({ table_name: name }) => name).sort());
    } finally {
      await source.destroy();
    }
  });

  it("is the same after a rebuild, row-level security and names included", async () => {
    const owner = new pg.Pool({ connectionString: test.url, max: 1 });
    const shape = async () => {
      const { rows: indexes } = await owner.query("select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2");
      const { rows: policies } = await owner.query("select tablename, cmd, roles::text, qual, with_check from pg_policies where schemaname = 'public' order by 1, 2, 3");
      const { rows: forced } = await owner.query("select relname, relforcerowsecurity from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1");
      return { indexes, policies, forced };
    };
    try {
      const before = await shape();
      await createRebuildTables(owner);
      await swapRebuiltTables(owner);
      expect(await shape()).toEqual(before);
    } finally {
      await owner.end();
    }
  });
});
