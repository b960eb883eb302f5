import { describe, expect, it } from "@jest/globals";
import { type Envelope, toHeaders } from "@malipo/event-contracts";
import { type ChainPosition, ChainTail, genesisPosition, link } from "@malipo/event-log";
import { SeededRandom, SimulatedBroker, SimulatedClock, SimulatedEventLog, SimulatedScheduler, SimulatedTime, silentLogger } from "@malipo/event-log/simulated";
import { instant, partitionOf } from "@malipo/kernel";
import { type DatabaseFault, MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { noMetrics } from "@malipo/runtime";
import { newAccount } from "../testing/test-app.js";
import { PaymentProjector } from "./payment-projector.js";

const topic = "payments.events.v1";

/** One partition's chain of records that nobody can read but everybody must keep, on a database that takes its time. */
class World {
  readonly random: SeededRandom;
  readonly time: SimulatedTime;
  readonly broker: SimulatedBroker;
  readonly database: MemoryPaymentsDatabase;
  readonly fatal: unknown[] = [];
  /** How far each owner has said that the rows go. */
  readonly saidTo: number[] = [];
  readonly account = newAccount();
  readonly partition = partitionOf(this.account);
  private end: ChainPosition = genesisPosition(topic, this.partition, 12);

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.time = new SimulatedTime(this.random);
    this.broker = new SimulatedBroker(this.time, this.random);
    this.database = new MemoryPaymentsDatabase(() => this.slowly());
  }

  get ends(): number {
    return this.end.offset;
  }

  append(count: number): void {
    const envelope = (id: string): Envelope => ({
      id, source: "/spec", type: "payments.payment.unheard_of.v1", time: instant(1_790_000_000_000), subject: id, account: this.account, aggregateVersion: 1,
    });
    const drafts = Array.from({ length: count }, (_, index) => `event-${this.end.seq + index}`).map((id) => ({ key: id, value: new Uint8Array(0), headers: toHeaders(envelope(id)) }));
    const records = link(topic, this.partition, this.end, drafts);
    this.broker.store(topic, new Map([[this.partition, records.map(({ key, value, headers }) => ({ key, value, headers }))]]));
    const last = records.at(-1)!;
    this.end = { offset: last.offset + 1, seq: last.seq, head: last.digest };
  }

  async owner(): Promise<PaymentProjector> {
    const { time, broker, database } = this;
    const scheduler = new SimulatedScheduler(time);
    const base = { clock: new SimulatedClock(time), scheduler, logger: silentLogger, metrics: noMetrics, onFatal: (error: unknown) => void this.fatal.push(error) };
    const log = new SimulatedEventLog({ ...base, broker });
    const tail = new ChainTail({ ...base, log, topic });
    const owner = this.saidTo.push(0) - 1;
    const onCommitted = (_partition: number, _rows: unknown, _from: number, to: { offset: number }): void => void (this.saidTo[owner] = to.offset);
    const projector = new PaymentProjector({ ...base, log, tail, database, park: () => undefined, onCommitted });
    await tail.start(new Map([[this.partition, this.end]]));
    projector.assigned([this.partition]);
    return projector;
  }

  /** The broker comes back without its last record, and with something else in its place. */
  refillEnd(): void {
    const { records } = this.broker.partitions(topic)[this.partition]!;
    records.splice(-1, 1, { ...records[0]!, offset: records.length - 1 });
    this.broker.reconnectAll();
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; !(await holds()); waited += 50) {
      if (waited > 120_000) throw new Error("the rows are not there in time");
      await this.pause(50);
    }
  }

  async pause(ms: number): Promise<void> {
    const passed = Promise.withResolvers<void>();
    this.time.at(this.time.nowMs + ms, () => passed.resolve());
    await passed.promise;
  }

  async everythingKept(): Promise<void> {
    await this.until(async () => (await this.database.checkpoints()).get(this.partition)?.offset === this.end.offset);
    const { rows } = await this.database.eventsFrom(this.partition, 0, 1_000_000);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: this.end.seq }, (_, index) => index + 1));
    expect(this.fatal).toEqual([]);
  }

  private async slowly(): Promise<DatabaseFault> {
    await this.pause(this.random.below(4) === 0 ? this.random.below(400) : 1);
    return "none";
  }
}

const seeds = Array.from({ length: Number(process.env["SEEDS"] ?? 20) }, (_, index) => index + 1);

describe("keeping the read models", () => {
  it.each(seeds)("leaves out no record while two owners overlap, and each says how far the rows go in the end, seed %d", async (seed) => {
    const world = new World(seed);
    const journey = async (): Promise<void> => {
      world.append(400);
      const owners = [await world.owner(), await world.owner()];
      for (let round = 0; round < 10; round += 1) {
        world.append(1 + world.random.below(60));
        await world.pause(world.random.below(100));
      }
      await world.everythingKept();
      await world.until(() => Promise.resolve(world.saidTo.every((offset) => offset === world.ends)));
      await Promise.all(owners.map((owner) => owner.stop()));
    };
    await world.time.settle(journey(), 600_000);
  });

  it.each(seeds)("leaves out no record when more comes than it may hold while the database is slow, seed %d", async (seed) => {
    const world = new World(seed);
    const journey = async (): Promise<void> => {
      const owner = await world.owner();
      for (let round = 0; round < 12; round += 1) {
        world.append(900);
        await world.pause(20);
      }
      await world.everythingKept();
      await owner.stop();
    };
    await world.time.settle(journey(), 600_000);
  });

  it("takes nothing from a log that was cut and filled again", async () => {
    const world = new World(1);
    const journey = async (): Promise<void> => {
      world.append(20);
      await world.owner();
      world.refillEnd();
      await world.pause(5_000);
      expect(world.fatal).toEqual([expect.objectContaining({ code: "log_truncated" })]);
      expect((await world.database.checkpoints()).get(world.partition)?.offset ?? 0).toBeLessThan(20);
    };
    await world.time.settle(journey(), 600_000);
  });
});
