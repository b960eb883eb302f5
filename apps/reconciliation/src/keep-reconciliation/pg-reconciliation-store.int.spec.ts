import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AttemptId, ProviderId } from "@malipo/kernel";
import { createPool, migrate } from "@malipo/projections";
import { type TestDatabase, createTestDatabase } from "@malipo/testing";
import type { Pool } from "pg";
import { ReconciliationWorld } from "../testing/reconciliation-world.js";
import { PgReconciliationStore } from "./pg-reconciliation-store.js";
import type { ReconciliationStore } from "./reconciliation-store.js";

const provider = "pawapay" as ProviderId;

describe("the rows in PostgreSQL", () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase("reconciliation");
    await migrate(database.url);
    pool = createPool(database.url, { role: "malipo_projector", name: "spec" });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it("are those of the twin in memory after the same history", async () => {
    const world = new ReconciliationWorld();
    const store = new PgReconciliationStore(pool);
    const twin = world.store;
    // What the service applies to the twin is applied to the database afterwards, as it was cut.
    const applied: { given: Parameters<ReconciliationStore["apply"]>; touched: readonly AttemptId[] }[] = [];
    const apply = twin.apply.bind(twin);
    world.store.apply = async (...given) => {
      const touched = await apply(...given);
      applied.push({ given, touched });
      return touched;
    };
    await world.start();
    for (const attempt of ["ok", "less", "gone", "lost", "late"]) world.begins(attempt);
    for (const attempt of ["ok", "less", "gone"]) world.completes(attempt);
    world.fails("lost");
    await world.pass(120_000);
    await world.import([world.line("ok"), world.line("less", "9.00"), world.line("lost"), world.line("late"), world.line("stranger")]);
    world.completes("late");
    await world.open();
    await world.import([world.line("gone")]);
    await world.open();

    await world.stop();
    for (const { given, touched } of applied) {
      expect([...(await store.apply(...given))].sort()).toEqual([...touched].sort());
      expect(await store.apply(...given)).toEqual([]);
    }

    const both = async <Result>(ask: (of: ReconciliationStore) => Promise<readonly Result[]>): Promise<readonly Result[]> => {
      const normal = (rows: readonly Result[]): string[] => rows.map((row) => JSON.stringify(sorted(row))).sort();
      const [expected, got] = [await ask(twin), await ask(store)];
      expect(normal(got)).toEqual(normal(expected));
      expect(got.length).toBeGreaterThan(0);
      return got;
    };
    const ids = ["ok", "less", "gone", "lost", "late"] as AttemptId[];
    await both((of) => of.breaks({ limit: 100 }));
    await both((of) => of.breaks({ state: "closed", limit: 100 }));
    await both((of) => of.breaks({ state: "open", kind: "amount", provider, limit: 100 }));
    const [first] = await store.breaks({ limit: 1 });
    await both((of) => of.breaks({ after: first!.breakId, limit: 2 }));
    await both((of) => of.breaksById([first!.breakId]));
    await both((of) => of.openBreaksOf(ids));
    await both((of) => of.attemptsById(ids));
    await both((of) => of.attemptsByKeys(provider, ["ok", "op-ok", "opok"]));
    const [attempt] = await store.attemptsById([ids[0]!]);
    await both((of) => of.attemptsOfOrder(attempt!.orderNumber));
    const lines = await both((of) => of.linesOfAttempts(ids));
    await both((of) => of.linesByDigest(lines.map(({ digest }) => digest)));
    await both((of) => of.statements({ provider, limit: 10 }));
    await both((of) => of.positions());
    expect(await store.unmatchedCharges({ provider, from: 0, to: 9e12, chargedBefore: 9e12, limit: 10 })).toEqual([]);
    expect(await store.unmatchedLinesFor(ids)).toEqual([]);
  });
});

/** Rows come with their keys in some order; what they say is what counts. */
const sorted = (value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(sorted).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, sorted(item)]));
};
