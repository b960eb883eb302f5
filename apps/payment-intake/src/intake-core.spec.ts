import { describe, expect, it } from "@jest/globals";
import { encodePaymentCommand, headerText, toJsonBytes } from "@malipo/event-contracts";
import { SeededRandom, SimulatedBroker, SimulatedClock, SimulatedEventLog, SimulatedScheduler, SimulatedTime, silentLogger } from "@malipo/event-log/simulated";
import { type Account, type CommandId, currency, money, type OrderNumber, parseAccount, partitionOf } from "@malipo/kernel";
import { type DatabaseFault, MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { noMetrics, systemRandom } from "@malipo/runtime";
import { paymentIdOf, Pepper } from "@malipo/security";
import { readPayerAccount } from "./api/create-payment/payment-terms.js";
import { IntakeCore } from "./intake-core.js";
import { rebuildPayments } from "./project-payments/rebuild.js";
import { OneKeyVault } from "./testing/plain-vault.js";
import { channels, newAccount } from "./testing/test-app.js";

/** Instances of the service over one simulated log and one database, whose commits fail and get lost. */
class World {
  readonly random: SeededRandom;
  readonly time: SimulatedTime;
  readonly broker: SimulatedBroker;
  readonly fatal: unknown[] = [];
  readonly cores: { core: IntakeCore; scheduler: SimulatedScheduler; log: SimulatedEventLog }[] = [];
  readonly database: MemoryPaymentsDatabase;
  faulty = false;
  /** Of the payment that the last refused create named. */
  lastStatus: string | undefined;
  /** The database answers, but takes nothing. */
  readOnly = false;
  private readonly vault = new OneKeyVault();
  private readonly pepper = new Pepper(systemRandom.bytes(32));

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.time = new SimulatedTime(this.random);
    this.broker = new SimulatedBroker(this.time, this.random);
    this.database = new MemoryPaymentsDatabase((access) => (this.readOnly && access === "commit" ? "down" : this.fault()));
  }

  async start() {
    const { broker, time, random, database, vault, pepper } = this;
    const scheduler = new SimulatedScheduler(time);
    const onFatal = (error: unknown): void => void this.fatal.push(error);
    const log = new SimulatedEventLog({ broker, scheduler, logger: silentLogger, onFatal });
    const core = new IntakeCore(
      { log, database, vault, pepper, directory: channels, clock: new SimulatedClock(time), scheduler, random, logger: silentLogger, metrics: noMetrics, onFatal },
      { expiresAfterMs: 3_600_000, resolveAfterMs: 3_600_000, decideBeforeMs: 10_000 },
      new Set(["api", "decider", "projector"]),
    );
    const one = { core, scheduler, log };
    this.cores.push(one);
    await core.start();
    return one;
  }

  /** The order number that the answer names, or what was answered instead. */
  async create({ core }: { core: IntakeCore }, account: Account, reference: string, idempotencyKey: string | undefined): Promise<string> {
    const amount = money(1000n, currency("USD"));
    const payer = readPayerAccount("243812345789");
    const terms = core.terms.resolve({ account, amount, method: "mobile_money", payer })!;
    const trace = { correlation: "spec", traceparent: "" };
    const request = { account, reference, amount, method: "mobile_money", payer, terms, callbackUrl: undefined, idempotencyKey, canonicalBody: reference, trace } as const;
    try {
      return (JSON.parse((await core.createPayment.execute(request)).body) as { orderNumber: string }).orderNumber;
    } catch (error) {
      const { code, options } = error as { code: string; options?: { details?: { orderNumber?: string; status?: string } } };
      this.lastStatus = options?.details?.status;
      return options?.details?.orderNumber ?? code;
    }
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let waited = 0; !(await holds()); waited += 50) {
      if (waited > 120_000) throw new Error(`not in time: ${what}`);
      const passed = Promise.withResolvers<void>();
      this.time.at(this.time.nowMs + 50, () => passed.resolve()); // of no process, so none that stopped can hold it
      await passed.promise;
    }
  }

  private fault(): DatabaseFault {
    if (!this.faulty) return "none";
    if (this.random.chance(0.1)) return "down";
    if (this.random.chance(0.1)) return "lost_commit_applied";
    return this.random.chance(0.1) ? "lost_commit_dropped" : "none";
  }
}

const journey = async (world: World): Promise<void> => {
  const { random, broker, database } = world;
  const account = newAccount();
  const { merchantId, mode } = parseAccount(account);
  await world.start();
  await world.start();
  world.faulty = true;
  const told = new Map<string, Set<string>>();
  const ask = async (): Promise<void> => {
    const reference = `order-${random.below(12)}`;
    const alive = world.cores.filter(({ scheduler }) => !scheduler.dead);
    const answer = await world.create(alive[random.below(alive.length)]!, account, reference, random.chance(0.5) ? `key of ${reference}` : undefined);
    if (/^[0-9]{8}/.test(answer)) (told.get(reference) ?? told.set(reference, new Set()).get(reference)!).add(answer);
  };
  for (let round = 0; round < 4; round += 1) await Promise.all(Array.from({ length: 8 }, ask));
  if (random.chance(0.5)) await world.cores[0]!.core.stop(); // else it dies in the middle of whatever it does
  world.cores[0]!.scheduler.kill();
  for (const group of ["payment-decider", "payment-projector"]) broker.expireDead(group);
  await world.start();
  for (let round = 0; round < 2; round += 1) await Promise.all(Array.from({ length: 8 }, ask));
  world.faulty = false;

  expect(told.size).toBeGreaterThan(3);
  for (const [reference, numbers] of told) expect([reference, numbers.size]).toEqual([reference, 1]);

  const { log } = world.cores.at(-1)!;
  await world.until("everything is projected and told", async () => {
    const [stored, published, ends] = await Promise.all([database.checkpoints(), database.lifecycle.load(), log.ends("payments.events.v1")]);
    return [...ends].every(([partition, { end }]) => end === 0 || (stored.get(partition)?.offset === end && published.get(partition)?.offset === end));
  });
  const rebuilt = new MemoryPaymentsDatabase();
  await rebuildPayments(log, rebuilt, silentLogger);
  expect(await rebuilt.checkpoints()).toEqual(await database.checkpoints());
  const changes = broker.partitions("payments.lifecycle.v1").flatMap(({ records }) => records.map(({ headers, key }) => `${key} ${headerText(headers["ce_aggversion"])}`));
  for (const reference of told.keys()) {
    const paymentId = paymentIdOf(merchantId, mode, "kodipay", reference);
    const story = await database.story({ paymentId });
    expect(story?.payment.reference).toBe(reference);
    expect(await rebuilt.story({ paymentId })).toEqual(story);
    expect(changes).toContain(`${paymentId} 1`);
  }
  expect(world.fatal).toEqual([]);
};

describe("payment-intake over a log and a database that fail", () => {
  it.each(Array.from({ length: Number(process.env["SEEDS"] ?? 20) }, (_, index) => index + 1))("keeps one payment for each reference and rows that a rebuild confirms, seed %d", async (seed) => {
    const world = new World(seed);
    await world.time.settle(journey(world), 3_600_000);
  });

  it("tells a repeat the newest status, also of a payment that came while nobody here listened and the rows were behind", async () => {
    const world = new World(1);
    const journey = async (): Promise<void> => {
      const account = newAccount();
      const first = await world.start();
      const orderNumber = await world.create(first, account, "order-1", undefined);
      const projected = async () => (await world.database.findPayment(account, partitionOf(account), { orderNumber: orderNumber as OrderNumber })).payment?.status;
      await world.until("the payment is projected", async () => (await projected()) === "pending");
      const second = await world.start(); // reads the log from behind the payment on
      world.readOnly = true;
      const { merchantId, mode } = parseAccount(account);
      const paymentId = paymentIdOf(merchantId, mode, "kodipay", "order-1");
      const { type, value } = encodePaymentCommand({ type: "CancelPayment", paymentId, by: "merchant" });
      await first.core.commands.execute({ id: systemRandom.uuid() as CommandId, type, subject: paymentId, value: toJsonBytes(value) }, { account });
      const end = first.core.tail.position(partitionOf(account)).offset;
      await second.core.tail.whenReached(partitionOf(account), end);

      expect(await world.create(second, account, "order-1", undefined)).toBe(orderNumber);
      world.readOnly = false;
      await world.until("the change is projected", async () => (await projected()) === "failed");
      expect(await world.create(second, account, "order-1", undefined)).toBe(orderNumber);
      expect(world.lastStatus).toBe("failed");
    };
    await world.time.settle(journey(), 3_600_000);
  });
});
