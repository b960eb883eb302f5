import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SqlRateStore } from "@malipo/http-api";
import { createTestDatabase, type TestDatabase } from "@malipo/testing";
import type pg from "pg";
import { createPool } from "../database/pool.js";
import { migrate } from "../migrate.js";

describe("the shared rate limit", () => {
  let test: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    test = await createTestDatabase();
    await migrate(test.url);
    pool = createPool(test.url, { role: "malipo_api", name: "spec" });
  });
  afterAll(async () => {
    await pool.end();
    await test.drop();
  });

  it("grants the burst once, however many instances ask at the same time", async () => {
    const stores = Array.from({ length: 4 }, () => new SqlRateStore({ query: (text, values) => pool.query(text, [...values]) }));
    const tier = { perSecond: 1, burst: 20 };
    const answers = await Promise.all(stores.map((store) => store.claim([{ key: "a", tier, wanted: 10 }, { key: "b", tier, wanted: 2 }])));
    const granted = (index: number) => answers.map((grants) => grants[index]!.granted).reduce((sum, one) => sum + one, 0);
    expect([granted(0), granted(1)]).toEqual([20, 8]);
    const [refused] = await stores[0]!.claim([{ key: "a", tier, wanted: 1 }]);
    expect(refused!.granted).toBe(0);
    expect(refused!.retryAfterMs).toBeGreaterThan(0);
    expect(refused!.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  it("lets a first claim larger than the burst through up to the burst", async () => {
    const store = new SqlRateStore({ query: (text, values) => pool.query(text, [...values]) });
    expect(await store.claim([{ key: "c", tier: { perSecond: 100, burst: 200 }, wanted: 500 }])).toMatchObject([{ granted: 200 }]);
  });

  it("lets an account go on at once whose tier was raised, or whose row a clock has left in the future", async () => {
    const store = new SqlRateStore({ query: (text, values) => pool.query(text, [...values]) });
    await store.claim([{ key: "d", tier: { perSecond: 1 / 60, burst: 30 }, wanted: 30 }]);
    const tier = { perSecond: 100, burst: 10 };
    const [raised] = await store.claim([{ key: "d", tier, wanted: 1 }]);
    expect(raised!.retryAfterMs).toBeLessThanOrEqual(20);
    await pool.query("update rate_limits set arrival_us = arrival_us + 3600000000 where key = 'd'");
    const [ahead] = await store.claim([{ key: "d", tier, wanted: 1 }]);
    expect(ahead!.retryAfterMs).toBeLessThanOrEqual(20);
  });

  it("keeps no row for a key that has long been quiet", async () => {
    const store = new SqlRateStore({ query: (text, values) => pool.query(text, [...values]) });
    const tier = { perSecond: 1_000_000, burst: 10 };
    for (let index = 0; index < 1_000; index += 1) await store.claim([{ key: `failed/${index}`, tier, wanted: 1 }]);
    const { rows } = await pool.query("select count(*)::integer as count from rate_limits where key like 'failed/%'");
    expect(rows[0].count).toBeLessThan(600);
  });
});
