import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type HeldEvent, createPool, migrate } from "@malipo/projections";
import { type TestDatabase, createTestDatabase } from "@malipo/testing";
import type { Pool } from "pg";
import { CallbackWorld, ok, status, timedOut } from "../testing/callback-world.js";
import type { CallbackStore, EventsBatch, FactsBatch } from "./callback-store.js";
import { RowsLostError } from "./callback-store.js";
import { EVENTS } from "./callback-of-event.js";
import { DELIVERIES } from "./delivery-record.js";
import { InMemoryCallbackStore } from "./in-memory-callback-store.js";
import { PgCallbackStore } from "./pg-callback-store.js";

/** Some history of callbacks: delivered, parked, redelivered, waiting. */
const history = async (): Promise<CallbackWorld> => {
  const world = new CallbackWorld();
  let turn = 0;
  world.answer = () => [ok, status(404), timedOut, status(500), ok][(turn += 1) % 5]!;
  await world.start();
  for (let i = 0; i < 30; i += 1) {
    world.happens(`p${i % 6}`);
    await world.time.advance(900);
  }
  await world.time.advance(20_000);
  const [parked] = await world.store.list({ state: "parked", limit: 1 });
  if (parked !== undefined) await world.redeliver(parked);
  await world.time.advance(100);
  await world.stop();
  return world;
};

describe("the rows in PostgreSQL", () => {
  let database: TestDatabase;
  let pool: Pool;
  let world: CallbackWorld;

  beforeAll(async () => {
    database = await createTestDatabase("callbacks");
    await migrate(database.url);
    pool = createPool(database.url, { role: "malipo_projector", name: "spec" });
    world = await history();
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const eventsBatch = (from: number, to: number): EventsBatch => ({
    from,
    after: { topic: EVENTS, partition: world.partition, offset: to, seq: to, head: new Uint8Array(32).fill(to) },
    owed: world.events.slice(from, to).map((callback, index) => ({ offset: from + index, callback })),
    unread: [],
  });
  const factsBatch = (from: number, to: number): FactsBatch => ({
    from,
    after: { topic: DELIVERIES, partition: world.partition, offset: to, seq: 0, head: new Uint8Array() },
    facts: world.facts.slice(from, to).map((fact, index) => ({ offset: from + index, fact })),
  });

  it("are those of the twin in memory, however the topics are cut", async () => {
    const twin = new InMemoryCallbackStore();
    const store = new PgCallbackStore(pool);
    const both = async <Result>(ask: (of: CallbackStore) => Promise<Result>): Promise<Result> => {
      const [expected, got] = [await ask(twin), await ask(store)];
      expect(got).toEqual(expected);
      return got;
    };
    let events = 0;
    let facts = 0;
    for (const step of [7, 1, 13, 2, 30]) {
      const next = Math.min(world.events.length, events + step);
      await both((of) => of.apply([eventsBatch(events, next)], []));
      events = next;
    }
    for (const step of [3, 1, 20, 500]) {
      const next = Math.min(world.facts.length, facts + step);
      await both((of) => of.apply([], [factsBatch(facts, next)]));
      facts = next;
    }
    expect(await both((of) => of.apply([eventsBatch(0, events)], [factsBatch(0, facts)]))).toMatchObject({ strays: [] });

    const all = await both((of) => of.list({ limit: 100 }));
    expect(all).toEqual(await world.store.list({ limit: 100 }));
    await both((of) => of.attempts(all.map(({ id }) => id)));
    await both((of) => of.list({ state: "delivered", limit: 4 }));
    await both((of) => of.list({ after: all[4]!.id, limit: 3 }));
    await both((of) => of.list({ merchantId: "b".repeat(32), reference: "p3", limit: 100 }));
    await both((of) => of.list({ orderNumber: "none", limit: 100 }));
    await both((of) => of.find([all[0]!.id]));
    const due = { partitions: [world.partition], dueBefore: world.time.now(), paymentsMax: 3, perAccountMax: 2, except: [] };
    await both((of) => of.due({ ...due, paymentsMax: 100, perAccountMax: 100 }));
    expect((await both((of) => of.due(due))).size).toBeLessThanOrEqual(2);
    await both((of) => of.positions());
  });

  it("hold what comes after an unread record of its payment, as the twin does, and let it go when that is read", async () => {
    const twin = new InMemoryCallbackStore();
    const store = new PgCallbackStore(pool);
    await pool.query("delete from callback_deliveries; delete from callback_checkpoints");
    const both = async <Result>(ask: (of: CallbackStore) => Promise<Result>): Promise<Result> => {
      const [expected, got] = [await ask(twin), await ask(store)];
      expect(got).toEqual(expected);
      return got;
    };
    const [first, unknown] = world.events.filter(({ paymentId }) => paymentId === world.events[0]!.paymentId);
    const { paymentId } = unknown!;
    const offset = world.events.indexOf(unknown!);
    const event: HeldEvent = {
      partition: world.partition, offset, seq: unknown!.seq, paymentId, account: world.account, headers: { ce_type: "a.newer.v2" }, value: new Uint8Array([1, 0, 255]),
    };
    const whole = eventsBatch(0, world.events.length);
    const batch = { ...whole, owed: whole.owed.filter(({ callback }) => callback !== unknown), unread: [event] };
    const applied = await both((of) => of.apply([batch], []));
    expect(applied.waiting.get(paymentId)?.map(({ id }) => id)).toEqual([first!.id]);
    const all = { partitions: [world.partition], dueBefore: world.time.now(), paymentsMax: 100, perAccountMax: 100, except: [] };
    expect((await both((of) => of.due(all))).get(paymentId)?.map(({ id }) => id)).toEqual([first!.id]);
    await both((of) => of.apply([batch], []));
    expect(await both((of) => of.held())).toEqual([event]);

    const released = await both((of) => of.release([{ event, callback: unknown }]));
    expect(released.waiting.get(paymentId)).toHaveLength(world.events.filter((one) => one.paymentId === paymentId).length);
    expect(await both((of) => of.held())).toEqual([]);
    await both((of) => of.release([{ event, callback: unknown }]));
    await both((of) => of.due(all));
  });

  it("notice when they were taken away", async () => {
    await pool.query("delete from callback_checkpoints");
    const store = new PgCallbackStore(pool);
    await expect(store.apply([eventsBatch(5, 9)], [])).rejects.toThrow(RowsLostError);
  });

  it("show nothing to a role without an account", async () => {
    const api = createPool(database.url, { role: "malipo_api", name: "spec" });
    expect((await api.query("select * from callback_deliveries")).rows).toEqual([]);
    await api.end();
  });
});
