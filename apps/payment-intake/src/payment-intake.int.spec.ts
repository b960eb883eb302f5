import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { decodeLifecycleChange, fromJsonBytes, readEnvelope } from "@malipo/event-contracts";
import { type Account, partitionOf } from "@malipo/kernel";
import type { Logger } from "@malipo/ports";
import { createPool, createRebuildTables, digestTables, migrate, PgPaymentsDatabase, rebuildSchema, swapRebuiltTables, type TableDigests } from "@malipo/projections";
import { systemRandom } from "@malipo/runtime";
import { Pepper } from "@malipo/security";
import { createTestDatabase, type TestDatabase, testKafkaBrokers, uniqueName } from "@malipo/testing";
import pg from "pg";
import { rebuildPayments } from "./project-payments/rebuild.js";
import { OneKeyVault } from "./testing/plain-vault.js";
import { adminToken, newAccount, tokenOf } from "./testing/test-app.js";
import { createTestTopics, startTestIntake, type TestCluster, type TestIntake, until } from "./testing/test-intake.js";

/** The rows themselves; marks within a checkpoint are the same too, but only once nothing is under way. */
const withoutTold = ({ projection_checkpoints: _, ...tables }: TableDigests): object => tables;

const errors: object[] = [];
const logger: Logger = { debug() {}, info() {}, warn() {}, error: (fields) => void errors.push(fields) };

describe("payment-intake, on two instances", () => {
  let database: TestDatabase;
  let cluster: TestCluster;
  let one: TestIntake;
  let two: TestIntake;
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url);
    cluster = {
      brokers: testKafkaBrokers(), databaseUrl: database.url, prefix: `${uniqueName("intake")}.`, vault: new OneKeyVault(), pepper: new Pepper(systemRandom.bytes(32)), logger,
    };
    await createTestTopics(cluster);
    one = await startTestIntake(cluster);
    two = await startTestIntake(cluster);
    await until("all partitions are served", () => new Set([one, two].flatMap(({ core }) => core.decider?.serving ?? [])).size === 12);
    await until("all partitions are projected", () => new Set([one, two].flatMap(({ core }) => core.projector?.owned ?? [])).size === 12);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([one?.stop(), two?.stop()]);
    await database?.drop();
  }, 30_000);

  const payment = (reference: string, change: object = {}) => ({
    payment_method: "mobile_money", amount: "10.00", currency: "USD", reference, walletID: "243812345789", ...change,
  });
  const post = (to: TestIntake, account: Account, payload: object, headers: Record<string, string> = {}) =>
    to.app.fastify.inject({ method: "POST", url: "/api/v1/payments", payload, headers: { authorization: `Bearer ${tokenOf(account)}`, ...headers } });
  const get = (to: TestIntake, account: Account, path: string) =>
    to.app.fastify.inject({ method: "GET", url: `/api/v1/payments${path}`, headers: { authorization: `Bearer ${tokenOf(account)}` } });

  it("takes a payment and shows it at once on the other instance", async () => {
    const account = newAccount();
    const created = await post(one, account, payment("order-1", { callback_url: "http://127.0.0.1:4999/c" }));
    expect(created.statusCode).toBe(201);
    const body = created.json();
    expect(body).toEqual({
      reference: "order-1", orderNumber: expect.stringMatching(/^[0-9]{8}[A-Z0-9]{8}11[0-9]{2}$/), status: "pending", amount: "10.00", currency: "USD",
      payment_method: "mobile_money", created_at: expect.any(String),
    });
    const status = await get(two, account, `/${body.orderNumber}/status`);
    expect(status.statusCode).toBe(200);
    expect(status.json()).toEqual({ ...body, version: 1, updated_at: body.created_at, details: {} });
    expect((await get(two, account, "?reference=order-1")).json()).toEqual({ payments: [status.json()] });
    expect((await get(two, account, "?reference=order-2")).json()).toEqual({ payments: [] });
  });

  it("answers foreign order numbers exactly like random ones", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(one, account, payment("order-1"))).json();
    const foreign = await get(two, newAccount(), `/${orderNumber}/status`);
    const random = await get(two, newAccount(), "/20260415A7K9P2XM1140/status");
    expect([foreign.statusCode, foreign.body]).toEqual([random.statusCode, random.body]);
    expect(foreign.statusCode).toBe(404);
  });

  it("tells a repeated reference what it was used for, and records nothing for it", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(one, account, payment("order-1"))).json();
    const partition = partitionOf(account);
    await until("the other instance has read it", async () => two.core.tail.position(partition).offset === (await two.core.tail.ends.latest()).get(partition)!.end);
    const end = async () => (await one.log.ends("payments.commands.v1")).get(partition)!.end;
    const before = await end();
    for (const instance of [one, two]) {
      const again = await post(instance, account, payment("order-1", { amount: "11.00" }));
      expect([again.statusCode, again.json()]).toEqual([
        409, { message: expect.any(String), code: "reference_already_used", details: { orderNumber, status: "pending" } },
      ]);
    }
    expect(await end()).toBe(before);
  });

  it("replays the exact first answer for a repeated key, and refuses the key for another body", async () => {
    const account = newAccount();
    const key = { "idempotency-key": "key-1" };
    const first = await post(one, account, payment("order-1"), key);
    expect([first.statusCode, first.headers["idempotent-replayed"]]).toEqual([201, undefined]);
    for (const instance of [one, two]) {
      const again = await post(instance, account, payment("order-1"), key);
      expect([again.statusCode, again.body, again.headers["idempotent-replayed"]]).toEqual([201, first.body, "true"]);
    }
    const other = await post(two, account, payment("order-1", { amount: "11.00" }), key);
    expect([other.statusCode, other.json().code]).toEqual([422, "idempotency_key_reused"]);
    const elsewhere = await post(two, account, payment("order-9"), key);
    expect([elsewhere.statusCode, elsewhere.json().code]).toEqual([422, "idempotency_key_reused"]);
    expect((await get(one, account, "?reference=order-9")).json()).toEqual({ payments: [] });
    const withoutKey = await post(two, account, payment("order-1"));
    expect(withoutKey.json().code).toBe("reference_already_used");
  });

  it("makes one payment of fifty identical creates at once", async () => {
    for (let round = 0; round < 4; round += 1) {
      const account = newAccount();
      const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => post(index % 2 === 0 ? one : two, account, payment("order-1"))));
      expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
      expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(49);
      const numbers = new Set(answers.map((answer) => answer.json().orderNumber ?? answer.json().details.orderNumber));
      expect(numbers.size).toBe(1);
    }
  });

  it("never shows a 404 after a 2xx, whichever instance is asked", async () => {
    const accounts = Array.from({ length: 12 }, newAccount);
    let wrong = 0;
    const journey = async (index: number): Promise<void> => {
      const account = accounts[index % accounts.length]!;
      const created = await post(index % 2 === 0 ? one : two, account, payment(`order-${index}`));
      const read = await get(index % 2 === 0 ? two : one, account, `/${created.json().orderNumber}/status`);
      if (created.statusCode !== 201 || read.statusCode !== 200) wrong += 1;
    };
    for (let done = 0; done < 200; done += 20) await Promise.all(Array.from({ length: 20 }, (_, index) => journey(done + index)));
    expect(wrong).toBe(0);
  });

  it("tells each public change on the lifecycle topic, without a payer or a URL", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(one, account, payment("order-1", { callback_url: "http://127.0.0.1:4999/c" }))).json();
    const partition = partitionOf(account);
    const told: string[] = [];
    const tail = await one.log.tail("payments.lifecycle.v1", new Map([[partition, 0]]), (_partition, records) => {
      for (const record of records) {
        const envelope = readEnvelope(record.headers);
        const change = decodeLifecycleChange(envelope.type, fromJsonBytes(record.value));
        if (change.public.orderNumber === orderNumber) told.push(`${envelope.id} ${change.public.version} ${change.public.status} ${new TextDecoder().decode(record.value)}`);
      }
    });
    await until("the change is told", () => told.length > 0);
    await tail.stop();
    expect(told[0]).toMatch(new RegExp(`^${partition}-\\d+ 1 pending `));
    expect(told[0]).not.toMatch(/243812345789|127\.0\.0\.1|callback/);
  });

  it("shows operators the whole story, and only with their token", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(one, account, payment("order-1"))).json();
    await get(one, account, `/${orderNumber}/status`);
    const ask = (url: string, token = adminToken) => one.app.fastify.inject({ url: `/admin/v1${url}`, headers: { authorization: `Bearer ${token}` } });
    expect((await ask(`/payments/${orderNumber}/timeline`, "x")).statusCode).toBe(401);
    const story = await ask(`/payments/${orderNumber}/timeline`);
    expect(story.json()).toMatchObject({ payment: { orderNumber, status: "pending" }, events: [{ type: "payments.payment.initiated.v1", data: { payer: { account: "[sealed]" } } }] });
    expect(story.body).not.toContain("243812345789");
    const merchantId = account.split("/")[0];
    expect((await ask(`/payments/timeline?merchantId=${merchantId}&reference=order-1`)).json().payment.orderNumber).toBe(orderNumber);
    expect((await ask("/payments/20260415A7K9P2XM1140/timeline")).statusCode).toBe(404);
    expect((await ask("/reviews")).json()).toEqual({ reviews: [] });
  });

  it("goes on when one instance stops, and the other takes its partitions over", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(two, account, payment("order-1"))).json();
    await two.stop();
    await until("the other serves all", () => one.core.decider!.serving.length === 12 && one.core.projector!.owned.length === 12 && one.core.problem === undefined);
    expect((await get(one, account, `/${orderNumber}/status`)).statusCode).toBe(200);
    expect((await post(one, account, payment("order-1"))).statusCode).toBe(409);
    expect((await post(one, account, payment("order-2"))).statusCode).toBe(201);
    await until("it is projected", async () => (await get(one, account, "?reference=order-2")).statusCode === 200);
    two = await startTestIntake(cluster);
    await until("both serve again", () => two.core.decider!.serving.length > 0 && two.core.decider!.serving.length + one.core.decider!.serving.length === 12);
    expect((await get(two, account, `/${orderNumber}/status`)).statusCode).toBe(200);
    // The new process has not read the old payment: its first repeat is decided, and the next ones are answered from memory.
    const decided = async () => (await one.log.ends("payments.commands.v1")).get(partitionOf(account))!.end;
    const before = await decided();
    for (let repeat = 0; repeat < 5; repeat += 1) {
      expect((await post(two, account, payment("order-2"))).json().code).toBe("reference_already_used");
    }
    expect(await decided()).toBe(before + 1);
  }, 60_000);

  it("takes no old payment for new with its tables emptied, and comes to identical rows by itself and by a rebuild", async () => {
    const account = newAccount();
    const { orderNumber } = (await post(one, account, payment("order-1"), { "idempotency-key": "k" })).json();
    expect((await get(one, account, `/${orderNumber}/status`)).statusCode).toBe(200);
    const projector = createPool(database.url, { role: "malipo_projector", name: "spec", connectionsMax: 1 });
    const owner = new pg.Pool({ connectionString: database.url, max: 2 });
    try {
      await until("everything is projected", async () => {
        const [stored, ends] = await Promise.all([one.database.checkpoints(), one.log.ends("payments.events.v1")]);
        return [...ends].every(([partition, { end }]) => (stored.get(partition)?.offset ?? 0) === end);
      });
      const before = await digestTables(projector);
      expect(before["payment_events"]!.rows).toBeGreaterThan(100);

      await owner.query("truncate payment_events, payment_summaries, payment_attempts, request_keys, payment_reviews, projection_checkpoints");
      const again = await Promise.all([one, two].map((instance) => post(instance, account, payment("order-1"))));
      for (const answer of again) expect([409, 503]).toContain(answer.statusCode);
      await until("the rows are there again", async () => JSON.stringify(withoutTold(await digestTables(projector))) === JSON.stringify(withoutTold(before)));

      await createRebuildTables(owner);
      const beside = createPool(database.url, { role: "malipo_projector", name: "spec", schema: rebuildSchema });
      await rebuildPayments(one.log, new PgPaymentsDatabase({ api: beside, projector: beside, decider: beside }), logger);
      expect(await digestTables(beside, rebuildSchema)).toEqual(before);
      await beside.end();
      await swapRebuiltTables(owner);
      expect(await digestTables(projector)).toEqual(before);
      expect((await get(two, account, `/${orderNumber}/status`)).statusCode).toBe(200);
      expect((await post(two, account, payment("order-1"))).json().details).toEqual({ orderNumber, status: "pending" });
      expect((await post(one, account, payment("order-3"))).statusCode).toBe(201);
    } finally {
      await Promise.all([projector.end(), owner.end()]);
    }
  }, 60_000);

  it("has logged no error and met nothing fatal", () => {
    expect(errors).toEqual([]);
    expect([...one.fatal, ...two.fatal]).toEqual([]);
  });
});
