import { describe, expect, it } from "@jest/globals";
import type { HttpOutcome } from "@malipo/ports";
import { standardWebhookFault } from "@malipo/security";
import { CallbackWorld, ok, secret, status, timedOut } from "../testing/callback-world.js";

const ids = (world: CallbackWorld) => world.receipts.map(({ id }) => id.split("-")[1]);
const attempts = (world: CallbackWorld) => world.facts.filter(({ type }) => type === "CallbackAttempted");

describe("the dispatcher", () => {
  it("sends each callback once, in order, signed, and records each try", async () => {
    const world = new CallbackWorld();
    await world.start();
    for (let i = 0; i < 3; i += 1) world.happens("p1");
    await world.time.advance(1_000);
    expect(ids(world)).toEqual(["1", "2", "3"]);
    expect(attempts(world)).toHaveLength(3);
    const [first] = world.receipts;
    expect(standardWebhookFault(first!.headers, first!.body, secret, Math.floor(world.time.now() / 1000))).toBeUndefined();
    expect(first!.id).toBe(`${world.partition}-1`);
    await world.stop();
  });

  it("never has two sends of one payment under way, and many of different payments", async () => {
    const world = new CallbackWorld();
    const waiting: ((outcome: HttpOutcome) => void)[] = [];
    world.answer = () => new Promise((resolve) => waiting.push(resolve));
    await world.start();
    for (let i = 0; i < 5; i += 1) world.happens("p1");
    await world.time.advance(1_000);
    expect(world.inFlightMax).toBe(1);
    for (let i = 0; i < 5; i += 1) world.happens(`q${i}`);
    await world.time.advance(100);
    expect(world.inFlightMax).toBe(6);
    waiting.forEach((answer) => answer(ok));
    await world.time.settle();
  });

  it("retries by the schedule with the same id and body until it is acknowledged", async () => {
    const world = new CallbackWorld();
    let failures = 3;
    world.answer = () => (failures-- > 0 ? status(503) : ok);
    await world.start();
    world.happens("p1");
    world.happens("p1");
    await world.time.advance(20_000);
    expect(ids(world)).toEqual(["1", "1", "1", "1", "2"]);
    expect(new Set(world.receipts.slice(0, 4).map(({ body }) => body)).size).toBe(1);
    const waits = world.receipts.slice(1, 4).map(({ at }, index) => (at - world.receipts[index]!.at) / 1000);
    [1, 3, 8].forEach((wait, index) => {
      expect(waits[index]).toBeGreaterThanOrEqual(wait * 0.8);
      expect(waits[index]).toBeLessThanOrEqual(wait * 1.2 + 0.01);
    });
    await world.stop();
  });

  it("parks a callback that is refused three times, tells the next one, and sends the parked one again on request", async () => {
    const world = new CallbackWorld();
    let refusing = true;
    world.answer = ({ id }) => (refusing && id.endsWith("-1") ? status(422) : ok);
    await world.start();
    const first = world.happens("p1");
    world.happens("p1");
    await world.time.advance(60_000);
    expect(ids(world)).toEqual(["1", "1", "1", "2"]);
    expect(await world.store.list({ state: "parked", limit: 10 })).toMatchObject([{ id: first.id, parkReason: "refused" }]);
    refusing = false;
    await world.redeliver(first);
    await world.time.advance(100);
    expect(ids(world).at(-1)).toBe("1");
    expect(await world.store.list({ state: "parked", limit: 10 })).toEqual([]);
    await world.stop();
  });

  it("parks at once what an erased payer's key has made unreadable", async () => {
    const world = new CallbackWorld();
    await world.start();
    world.happens("p1", "erased");
    await world.time.advance(100);
    expect(world.receipts).toEqual([]);
    expect(attempts(world)).toMatchObject([{ outcome: { kind: "impossible" }, result: { kind: "parked" } }]);
    await world.stop();
  });

  it("lets a dead endpoint hold up nobody else", async () => {
    const world = new CallbackWorld();
    world.answer = ({ url }) =>
      url.includes("dead") ? world.time.sleep(10_000).then(() => timedOut) : world.time.sleep(20).then(() => ok);
    await world.start();
    for (let i = 0; i < 400; i += 1) world.happens(`d${i}`, "http://dead.test/");
    for (let i = 0; i < 100; i += 1) world.happens(`a${i}`, "http://alive.test/");
    await world.time.advance(1_000);
    expect(world.receipts.filter(({ url }) => url.includes("alive"))).toHaveLength(100);
    expect(world.receipts.filter(({ url }) => url.includes("dead"))).toHaveLength(32);
    await world.time.advance(40_000);
    // After failures in a row one at a time feels whether it is back.
    expect(world.receipts.filter(({ url }) => url.includes("dead")).length).toBeLessThan(40);
    world.happens("late", "http://alive.test/");
    await world.time.advance(500);
    expect(world.receipts.at(-1)?.url).toContain("alive");
  });

  it("keeps no more payments in memory than it may, and sends all of them in the end", async () => {
    const world = new CallbackWorld({ bookLimits: { paymentsMax: 10, perAccountMax: 10 } });
    await world.start();
    for (let i = 0; i < 200; i += 1) world.happens(`p${i}`);
    await world.time.advance(60_000);
    expect(new Set(ids(world)).size).toBe(200);
    expect(world.receipts).toHaveLength(200);
    await world.stop();
  });

  it("brings back from the rows what is due much later", async () => {
    const world = new CallbackWorld();
    let up = false;
    world.answer = () => (up ? ok : status(500));
    await world.start();
    world.happens("p1");
    await world.time.advance(3_600_000);
    const before = world.receipts.length;
    up = true;
    await world.time.advance(2 * 3_600_000);
    expect(world.receipts.length).toBe(before + 1);
    expect(await world.store.list({ state: "delivered", limit: 10 })).toHaveLength(1);
    await world.stop();
  });

  it("serves only the partitions that it owns", async () => {
    const world = new CallbackWorld();
    await world.start([]);
    world.happens("p1");
    await world.time.advance(1_000);
    expect(world.receipts).toEqual([]);
    await world.dispatcher.own(world.partition);
    await world.time.advance(1_000);
    expect(ids(world)).toEqual(["1"]);
    await world.stop();
  });
});

describe("a dispatcher that dies", () => {
  it("does not send again what is on record as delivered", async () => {
    const world = new CallbackWorld();
    await world.start();
    world.happens("p1");
    await world.time.advance(1_000);
    world.crash();
    await world.start();
    await world.time.advance(1_000);
    expect(ids(world)).toEqual(["1"]);
    await world.stop();
  });

  it("repeats a send of which it is not on record, with the same id", async () => {
    const world = new CallbackWorld();
    world.answer = () => new Promise(() => undefined);
    await world.start();
    world.happens("p1");
    world.happens("p1");
    await world.time.advance(1_000);
    world.crash();
    world.answer = () => ok;
    await world.start();
    await world.time.advance(1_000);
    expect(ids(world)).toEqual(["1", "1", "2"]);
    await world.stop();
  });

  it("at any moment, over and over, loses nothing, keeps the order, and doubles only what was under way", async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      let state = seed * 2_654_435_761;
      const below = (bound: number): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state % bound;
      };
      const world = new CallbackWorld();
      const acknowledged: string[] = [];
      world.answer = async ({ id, url }) => {
        await world.time.sleep(below(300));
        if (below(4) === 0) return [status(500), timedOut, status(429)][below(3)]!;
        acknowledged.push(`${url}#${id.split("-")[1]}`);
        return ok;
      };
      world.appendFault = () => (below(5) === 0 ? (["lost", "refused"] as const)[below(2)] : undefined);
      await world.start();
      let crashes = 0;
      for (let step = 0; step < 40; step += 1) {
        world.happens(`p${below(5)}`, `http://merchant${step % 2}.test/`);
        await world.time.advance(below(400));
        if (below(6) === 0) {
          world.crash();
          crashes += 1;
          await world.time.advance(below(200));
          await world.start();
        }
      }
      world.answer = ({ id, url }) => {
        acknowledged.push(`${url}#${id.split("-")[1]}`);
        return ok;
      };
      await world.time.advance(120_000);
      const rows = await world.store.list({ limit: 1_000 });
      expect(rows.filter(({ state: at }) => at !== "delivered")).toEqual([]);
      expect(rows).toHaveLength(40);
      const seqOf = (text: string): number => Number(text.split("#")[1]);
      const first = [...new Set(acknowledged)].map(seqOf);
      for (const { paymentId } of rows) {
        const own = new Set(world.events.filter((event) => event.paymentId === paymentId).map(({ seq }) => seq));
        const order = first.filter((seq) => own.has(seq));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
      expect(acknowledged.length - new Set(acknowledged).size).toBeLessThanOrEqual(crashes * 5);
      await world.stop();
    }
  });
});

describe("rows", () => {
  it("are the same when they are built anew from the topics", async () => {
    const world = new CallbackWorld();
    let turn = 0;
    world.answer = () => ((turn += 1) % 3 === 0 ? status(404) : turn % 3 === 1 ? ok : status(500));
    await world.start();
    for (let i = 0; i < 20; i += 1) {
      world.happens(`p${i % 4}`);
      await world.time.advance(700);
    }
    await world.time.advance(300_000);
    await world.stop();
    const twin = new CallbackWorld();
    twin.events.push(...world.events);
    twin.facts.push(...world.facts);
    await twin.start([]);
    expect(await twin.store.list({ limit: 100 })).toEqual(await world.store.list({ limit: 100 }));
    await twin.stop();
  });
});

