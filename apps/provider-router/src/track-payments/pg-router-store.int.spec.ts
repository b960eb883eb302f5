import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AttemptId, type Caller, type ChannelId, type PayerId, type PaymentId, type ProviderId, type Sealed, currency, instant, money } from "@malipo/kernel";
import { type HeldEvent, createPool, migrate } from "@malipo/projections";
import { type TestDatabase, createTestDatabase } from "@malipo/testing";
import type { Pool } from "pg";
import { account } from "../testing/router-world.js";
import { MemoryRouterStore } from "./memory-router-store.js";
import { PgRouterStore } from "./pg-router-store.js";
import type { RoutedPayment } from "./routed-payment.js";
import type { RouterStore } from "./router-store.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase("router");
  await migrate(database.url);
  pool = createPool(database.url, { role: "malipo_projector", name: "spec" });
}, 60_000);

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const position = (offset: number) => ({ offset, seq: offset, head: new Uint8Array(32).fill(offset) });
const payment = (id: string, extra: Partial<RoutedPayment> = {}): RoutedPayment => ({
  paymentId: id as PaymentId,
  account,
  partition: 3,
  phase: "waiting",
  amount: money(123_456_789_012_345n, currency("USD")),
  method: "mobile_money",
  payer: { id: "payer" as PayerId, country: "COD", account: "sealed" as Sealed },
  channels: [{ provider: "p" as ProviderId, channelId: "c" as ChannelId }],
  attempts: [],
  inReview: false,
  correlation: "correlation",
  ...extra,
});
const attempt = (id: string): RoutedPayment["attempts"][number] => ({
  id: id as AttemptId,
  number: 1,
  provider: "p" as ProviderId,
  channelId: "c" as ChannelId,
  caller: "router-0#nonce" as Caller,
  startedAt: instant(1_800_000_000_000),
  sendBefore: instant(1_800_000_010_000),
  candidates: [{ provider: "p" as ProviderId, channelId: "c" as ChannelId, chosen: true, reason: "best" }],
  knowledge: "in_progress",
  providerReference: "ref",
  witnesses: [{ at: instant(1_800_000_001_000), told: "in_progress", evidence: { source: "webhook", position: "providers.evidence.v1/0/0" } }],
});

const folded = (foldedTo: number, ...payments: RoutedPayment[]) => ({ payments: payments.map((one) => ({ payment: one, foldedTo })), held: [], released: [] });
const heldEvent = (paymentId: string, offset: number): HeldEvent => ({
  partition: 3, offset, seq: offset + 1, paymentId: paymentId as PaymentId, account, headers: { ce_type: "a.newer.v2" }, value: new Uint8Array([0, 255]),
});

/** The tables and their twin owe the same. */
describe.each<[string, () => RouterStore]>([
  ["in memory", () => new MemoryRouterStore()],
  ["in PostgreSQL", () => new PgRouterStore(pool)],
])("the router's rows %s", (_name, create) => {
  let store: RouterStore;
  beforeAll(() => {
    store = create();
  });

  it("come back as they were saved, with the checkpoint", async () => {
    const open = payment("a", { phase: "open", attempts: [attempt("a1")] });
    await store.save({ positions: new Map([[3, position(5)], [4, position(9)]]), ...folded(5, open, payment("b"), payment("c", { phase: "closed", attempts: [attempt("c1")] })), savedTo: new Map() });
    const { positions, unfinished } = await store.load();
    expect(positions).toEqual(new Map([[3, position(5)], [4, position(9)]]));
    expect([...unfinished].sort((a, b) => (a.payment.paymentId < b.payment.paymentId ? -1 : 1))).toEqual([
      { payment: open, foldedTo: 5 },
      { payment: payment("b"), foldedTo: 5 },
    ]);
  });

  it("find a payment by its id and by its attempt, closed ones too", async () => {
    expect((await store.payments(["c" as PaymentId, "z" as PaymentId])).map(({ payment: { paymentId } }) => paymentId)).toEqual(["c"]);
    expect((await store.paymentOfAttempt("c1" as AttemptId))?.paymentId).toBe("c");
    expect(await store.paymentOfAttempt("z1" as AttemptId)).toBeUndefined();
  });

  it("are never replaced by an older fold, and a checkpoint never goes back", async () => {
    await store.save({ positions: new Map([[3, position(8)]]), ...folded(8, payment("b", { phase: "closed" })), savedTo: new Map([[3, 5]]) });
    await store.save({ positions: new Map([[3, position(7)]]), ...folded(7, payment("b", { phase: "waiting" })), savedTo: new Map([[3, 6]]) });
    const { positions, unfinished } = await store.load();
    expect(positions.get(3)?.offset).toBe(8);
    expect(unfinished.map(({ payment: { paymentId } }) => paymentId)).toEqual(["a"]);
  });

  it("take nothing more from who has saved further than they hold, or what is missing would never be read again", async () => {
    await expect(store.save({ positions: new Map([[3, position(20)]]), ...folded(0), savedTo: new Map([[3, 12]]) })).rejects.toMatchObject({ code: "rows_lost" });
    await expect(store.save({ positions: new Map([[7, position(20)]]), ...folded(0), savedTo: new Map([[7, 1]]) })).rejects.toMatchObject({ code: "rows_lost" });
    const { positions } = await store.load();
    expect([positions.get(3)?.offset, positions.has(7)]).toEqual([8, false]);
  });

  it("keep what could not be read with the payment it belongs to, unless another router's fold has it, until it is read", async () => {
    const positions = new Map([[3, position(30)]]);
    const savedTo = new Map([[3, 8]]);
    const closed = payment("d", { phase: "closed" });
    await store.save({ positions, ...folded(12, closed, payment("e", { phase: "closed" })), held: [heldEvent("d", 12), heldEvent("d", 14), heldEvent("e", 11), heldEvent("e", 13)], savedTo });
    const { held, unfinished } = await store.load();
    expect(held).toEqual([heldEvent("d", 12), heldEvent("e", 13), heldEvent("d", 14)]);
    expect(unfinished.find(({ payment: { paymentId } }) => paymentId === "d")).toEqual({ payment: closed, foldedTo: 12 });
    await store.save({ positions, ...folded(30, closed), held: [heldEvent("d", 12)], released: held, savedTo });
    expect((await store.load()).held).toEqual([]);
  });

  it("remember how far webhooks were read, and never less", async () => {
    expect((await store.evidenceOffsets()).get(3)).toBeUndefined();
    await store.saveEvidenceOffsets(new Map([[3, 7]]));
    await store.saveEvidenceOffsets(new Map([[3, 6]]));
    expect(await store.evidenceOffsets()).toEqual(new Map([[3, 7]]));
  });
});
