import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, type TestDatabase } from "@malipo/testing";
import pg from "pg";
import { createPool } from "../database/pool.js";
import { migrate } from "../migrate.js";
import { CredentialUseEntity } from "../merchants/credential-use.entity.js";
import { Repositories } from "../database/repositories.js";
import { PaymentSummaryEntity } from "./payment-summaries/payment-summary.entity.js";
import { promises } from "./payments-database.spec.js";
import { PgPaymentsDatabase } from "./pg-payments-database.js";

describe("the projections' database, in PostgreSQL", () => {
  let test: TestDatabase;
  const pools: pg.Pool[] = [];
  const pool = (role: "malipo_api" | "malipo_projector" | "malipo_decider") => {
    const made = createPool(test.url, { role, name: "spec", connectionsMax: 2 });
    pools.push(made);
    return made;
  };
  let database: PgPaymentsDatabase;
  let owner: pg.Pool;
  beforeAll(async () => {
    test = await createTestDatabase();
    await Promise.all([migrate(test.url), migrate(test.url)]);
    owner = new pg.Pool({ connectionString: test.url, max: 1 });
    pools.push(owner);
    database = new PgPaymentsDatabase({ api: pool("malipo_api"), projector: pool("malipo_projector"), decider: pool("malipo_decider") });
  });
  afterAll(async () => {
    await Promise.all(pools.map((one) => one.end()));
    await test.drop();
  });

  promises(async () => {
    await owner.query("truncate payment_events, payment_summaries, payment_attempts, request_keys, payment_reviews, projection_checkpoints");
    return database;
  });

  it("shows no row to the login role, and none to the API without an account", async () => {
    expect((await owner.query("select * from payment_summaries")).rows).toEqual([]);
    expect((await pool("malipo_api").query("select * from payment_summaries")).rows).toEqual([]);
    await expect(pool("malipo_api").query("insert into request_keys values ('a', 'b', 'c', 'd', 'e')")).rejects.toMatchObject({ code: "42501" });
  });

  it("keeps a repository to what its pool's role may see", async () => {
    const payments = new Repositories(pool("malipo_api"));
    expect(await payments.read(PaymentSummaryEntity, (rows) => rows.find())).toEqual([]);
    const events = new Repositories(pool("malipo_api"));
    await expect(events.read(CredentialUseEntity, (rows) => rows.insert({ credentialId: "a", lastUsedAt: new Date(0) }))).rejects.toMatchObject({ code: "42501" });
  });

  it("forces row-level security on every table with an account", async () => {
    const { rows } = await owner.query(
      `select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relkind = 'r' and a.attname = 'account' and c.relnamespace = 'public'::regnamespace order by 1`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    expect(rows.filter(({ forced }) => !forced)).toEqual([]);
  });

  it("says that it does not answer when nobody listens", async () => {
    const nobody = createPool("postgresql://malipo@127.0.0.1:1/none", { role: "malipo_decider", name: "spec" });
    pools.push(nobody);
    const dead = new PgPaymentsDatabase({ api: nobody, projector: nobody, decider: nobody });
    await expect(dead.checkpoints()).rejects.toMatchObject({ code: "database_unavailable" });
    await expect(dead.reviews({ includeResolved: true, limit: 1 })).rejects.toMatchObject({ code: "database_unavailable" });
    expect(await dead.lifecycle.move([])).toMatchObject({ kind: "failed" });
  });
});
