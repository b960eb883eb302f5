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
});
