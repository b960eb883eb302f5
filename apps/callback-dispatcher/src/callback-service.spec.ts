import { describe, expect, it } from "@jest/globals";
import { type PaymentEventCodec, encodePaymentEvent, paymentEventCodec, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import { type ChainPosition, ChainTail, TopicWriter, genesisPosition, link } from "@malipo/event-log";
import { SeededRandom, SimulatedBroker, SimulatedClock, SimulatedEventLog, SimulatedScheduler, SimulatedTime } from "@malipo/event-log/simulated";
import { type Account, type PaymentId, type Sealed, currency, money, partitionOf } from "@malipo/kernel";
import type { PaymentEvent, PublicView } from "@malipo/payment-lifecycle";
import type { HttpOutcome, Subscription, Vault } from "@malipo/ports";
import { noMetrics, silentLogger } from "@malipo/runtime";
import { CallbackService } from "./callback-service.js";
import { EVENTS } from "./keep-deliveries/callback-of-event.js";
import { DELIVERIES } from "./keep-deliveries/delivery-record.js";
import type { Callback } from "./keep-deliveries/callback-store.js";
import { InMemoryCallbackStore } from "./keep-deliveries/in-memory-callback-store.js";
import { CallbackSender } from "./send-callback/callback-sender.js";
import { ok, secret, status, timedOut } from "./testing/callback-world.js";

const accounts = ["a", "b", "c"].map((digit) => `${digit.repeat(32)}/test` as Account);
const usd = money(1000n, currency("USD"));
const vault: Vault = {
  seal: () => Promise.reject(new Error("nothing is sealed here")),
  open: (_owner, _field, sealed) => Promise.resolve(new TextEncoder().encode(sealed)),
};

/** A type that the present version does not know, and the next one, which does. */
const cancelledNext = "payments.payment.cancelled.v2";
const nextVersion: PaymentEventCodec = {
  ...paymentEventCodec,
  decode: (type, value) => paymentEventCodec.decode(type === cancelledNext ? "payments.payment.cancelled.v1" : type, value),
};

/** A head that has failed six times waits up to half an hour for its next try. */
const minutesMax = 60;

/** A simulated log, one database, and as many dispatchers as are started, which overlap and die. */
class Fleet {
  readonly random: SeededRandom;
  readonly time: SimulatedTime;
  readonly broker: SimulatedBroker;
  readonly clock: SimulatedClock;
  readonly store = new InMemoryCallbackStore();
  /** What merchants acknowledged, in order: `<payment>/<webhook id>`. */
  readonly acknowledged: string[] = [];
  readonly parked: string[] = [];
  /** Why dispatchers gave up, where a spec expects it. */
  gaveUp: unknown[] | undefined;
  private readonly positions = new Map<number, ChainPosition>();

  constructor(
    seed: number,
    private readonly failing: () => number,
  ) {
    this.random = new SeededRandom(seed);
    this.time = new SimulatedTime(this.random.fork());
    this.broker = new SimulatedBroker(this.time, this.random.fork());
    this.clock = new SimulatedClock(this.time);
  }

  /** `kill` is as by `kill -9`; the group notices, as when the session is over. */
  async start(codec: PaymentEventCodec = paymentEventCodec): Promise<{ service: CallbackService; kill(): void }> {
    const members: Subscription[] = [];
    const scheduler = new SimulatedScheduler(this.time);
    const onFatal = (error: unknown): void => {
      if (this.gaveUp === undefined) throw error as Error;
      this.gaveUp.push(error);
    };
    const log = new SimulatedEventLog({ broker: this.broker, scheduler, logger: silentLogger, onFatal });
    const join = log.own.bind(log);
    log.own = async (...group) => {
      const member = await join(...group);
      members.push(member);
      return member;
    };
    const base = { clock: this.clock, scheduler, random: this.random.fork(), logger: silentLogger, metrics: noMetrics, onFatal };
    const http = { send: ({ url, headers }: { url: string; headers: Readonly<Record<string, string>> }) => this.#receive(url, headers["webhook-id"]!, scheduler) };
    const service = new CallbackService({
      ...base,
      codec,
      log,
      store: this.store,
      tail: new ChainTail({ ...base, log, topic: EVENTS }),
      writer: new TopicWriter({ ...base, log, topic: DELIVERIES }),
      sender: new CallbackSender({ http, vault, secrets: { callbackSecrets: () => [secret] } }),
      park: (_record, _reason, detail) => Promise.resolve(void this.parked.push(detail)),
    });
    await this.time.settle(service.start());
    const kill = (): void => {
      scheduler.kill();
      for (const member of members) void member.stop();
    };
    return { service, kill };
  }

  happens(payment: number, version: number, wireType?: string): void {
    const account = accounts[payment % accounts.length]!;
    const partition = partitionOf(account);
    const paymentId = String(payment).padStart(32, "0") as PaymentId;
    const view: PublicView = {
      version,
      type: "payment.completed",
      status: "completed",
      reference: `r${payment}`,
      orderNumber: "20261121ABCDEFGH1105" as PublicView["orderNumber"],
      amount: usd,
      method: "mobile_money",
      callback: `http://merchant.test/${payment}` as Sealed,
    };
    const event = { type: "PaymentCancelled", paymentId, at: this.clock.now(), by: "merchant", public: view } satisfies PaymentEvent;
    const { type, value } = encodePaymentEvent(event);
    const headers = toHeaders({ id: this.random.uuid(), source: "/test", type: wireType ?? type, time: event.at, subject: paymentId, account });
    const after = this.positions.get(partition) ?? genesisPosition(EVENTS, partition, 12);
    const records = link(EVENTS, partition, after, [{ key: paymentId, value: toJsonBytes(value), headers }]);
    this.positions.set(partition, { offset: records[0]!.offset + 1, seq: records[0]!.seq, head: records[0]!.digest });
    this.broker.store(EVENTS, new Map([[partition, records]]));
  }

  /** Every row, once all are delivered, or after as long as that can take. */
  async whenAllAreDelivered(): Promise<readonly Callback[]> {
    for (let minute = 0; ; minute += 1) {
      await this.pass(60_000);
      const rows = await this.store.list({ limit: 1_000 });
      if (minute === minutesMax || rows.every(({ state }) => state === "delivered")) return rows;
    }
  }

  pass(ms: number): Promise<void> {
    return this.time.run(() => false, ms);
  }

  #receive(url: string, id: string, scheduler: SimulatedScheduler): Promise<HttpOutcome> {
    const { promise, resolve } = Promise.withResolvers<HttpOutcome>();
    scheduler.after(this.random.share() * 200, () => {
      const draw = this.random.share();
      const fails = draw < this.failing();
      if (!fails) this.acknowledged.push(`${url.split("/").at(-1)}/${id}`);
      resolve(fails ? (draw < this.failing() / 2 ? timedOut : status(503)) : ok);
    });
    return promise;
  }
}

describe("dispatchers that share the work", () => {
  it("deliver everything in order through deaths, overlaps, and a log that loses answers", async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      let failing = 0.3;
      const fleet = new Fleet(seed, () => failing);
      Object.assign(fleet.broker.faults, { lostRequest: 0.02, lostAcknowledgement: 0.05, duplicate: 0.02, lateAppend: 0.02, lateMsMax: 2_000, overlapMsMax: 300 });
      let running = [await fleet.start(), await fleet.start()];
      const versions = new Map<number, number>();
      for (let step = 0; step < 60; step += 1) {
        const payment = fleet.random.below(9);
        const version = (versions.get(payment) ?? 0) + 1;
        versions.set(payment, version);
        fleet.happens(payment, version);
        await fleet.pass(fleet.random.below(300));
        if (fleet.random.below(10) === 0) {
          const [first, ...others] = running;
          first!.kill();
          running = [...others, await fleet.start()];
        }
      }
      failing = 0;
      Object.assign(fleet.broker.faults, { lostRequest: 0, lostAcknowledgement: 0, duplicate: 0, lateAppend: 0, overlapMsMax: 0 });
      fleet.broker.rebalance("callback-dispatcher");
      const rows = await fleet.whenAllAreDelivered();
      expect(rows.filter(({ state }) => state !== "delivered").map(({ id }) => id)).toEqual([]);
      expect(rows).toHaveLength(60);
      const first = [...new Set(fleet.acknowledged)];
      expect(first).toHaveLength(60);
      for (const payment of versions.keys()) {
        const order = first.filter((text) => text.startsWith(`${payment}/`)).map((text) => Number(text.split("-")[1]));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
      for (const { service } of running) await fleet.time.settle(service.stop());
    }
  });

  it("give a partition back without losing what was under way", async () => {
    const fleet = new Fleet(99, () => 0);
    const a = await fleet.start();
    const b = await fleet.start();
    await fleet.pass(1_000);
    for (let payment = 0; payment < 9; payment += 1) fleet.happens(payment, 1);
    await fleet.pass(60);
    expect(a.service.dispatcher.underway).toBeGreaterThan(0);
    await fleet.time.settle(a.service.stop());
    await fleet.pass(5_000);
    // Each once: nobody else begins what is still being sent, and what was acknowledged is on record before it goes.
    expect([...fleet.acknowledged].sort()).toEqual([...new Set(fleet.acknowledged)].sort());
    expect(fleet.acknowledged).toHaveLength(9);
    expect((await fleet.store.list({ state: "delivered", limit: 100 })).length).toBe(9);
    await fleet.time.settle(b.service.stop());
  });
});

describe("a dispatcher whose clock was set", () => {
  it.each([["ahead", 3_600_000], ["back", -3_600_000]])("gives up when it is %s, sends nothing by it, and begins once it is right", async (_, stepMs) => {
    const fleet = new Fleet(5, () => 0);
    fleet.gaveUp = [];
    const first = await fleet.start();
    await fleet.pass(1_000);
    fleet.clock.offMs = stepMs;
    for (let payment = 0; payment < 9; payment += 1) fleet.happens(payment, 1);
    await fleet.pass(10_000);
    expect(fleet.gaveUp).toEqual([expect.objectContaining({ code: "clock_off" })]);
    first.kill();
    const next = await fleet.start();
    await fleet.pass(30_000);
    expect(fleet.acknowledged).toEqual([]);
    expect(next.service.problem).toBe("the group has not been joined");
    fleet.clock.offMs = 0;
    await fleet.pass(Math.abs(stepMs) + 30_000);
    expect(fleet.acknowledged).toHaveLength(9);
    expect(fleet.gaveUp).toHaveLength(1);
    await fleet.time.settle(next.service.stop());
  });
});

describe("two versions of dispatchers", () => {
  const told = (fleet: Fleet, payment: number): number => fleet.acknowledged.filter((text) => text.startsWith(`${payment}/`)).length;
  const inOrder = (fleet: Fleet): void => {
    const seqs = fleet.acknowledged.filter((text) => text.startsWith("1/")).map((text) => Number(text.split("-")[1]));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  };

  it("hold what comes after a record of the next version, of that payment alone and over a restart, until it can be read", async () => {
    const fleet = new Fleet(7, () => 0);
    const old = await fleet.start();
    await fleet.pass(1_000);
    fleet.happens(1, 1);
    fleet.happens(1, 2, cancelledNext);
    fleet.happens(1, 3);
    fleet.happens(4, 1);
    await fleet.pass(30_000);
    expect([told(fleet, 1), told(fleet, 4)]).toEqual([1, 1]);
    expect(fleet.parked).toEqual([expect.stringContaining(cancelledNext)]);
    old.kill();
    const oldAgain = await fleet.start();
    fleet.happens(1, 4);
    fleet.happens(4, 2);
    await fleet.pass(60_000);
    expect([told(fleet, 1), told(fleet, 4)]).toEqual([1, 2]);
    oldAgain.kill();
    const next = await fleet.start(nextVersion);
    await fleet.pass(60_000);
    expect([told(fleet, 1), told(fleet, 4)]).toEqual([4, 2]);
    inOrder(fleet);
    expect(await fleet.store.held()).toEqual([]);
    await fleet.time.settle(next.service.stop());
  });

  it("tell everything in order, whichever is the faster with a record", async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const fleet = new Fleet(seed, () => 0);
      const running = [await fleet.start(), await fleet.start(nextVersion)];
      for (let version = 1; version <= 12; version += 1) {
        fleet.happens(1, version, fleet.random.below(2) === 0 ? cancelledNext : undefined);
        await fleet.pass(fleet.random.below(3_000));
      }
      await fleet.pass(60_000);
      expect(new Set(fleet.acknowledged).size).toBe(12);
      inOrder(fleet);
      for (const { service } of running) await fleet.time.settle(service.stop());
    }
  });
});
