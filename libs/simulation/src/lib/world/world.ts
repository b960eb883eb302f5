import { InMemoryCallbackStore } from "@malipo/callback-dispatcher";
import { type Account, type ChannelId, type ProviderId, accountOf, merchantId } from "@malipo/kernel";
import type { NextCandidate } from "@malipo/payment-lifecycle";
import type { Logger } from "@malipo/ports";
import { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { MemoryRouterStore, type Router } from "@malipo/provider-router";
import { SeededRandom, SimulatedTime, noFaults, silentLogger, weakness } from "@malipo/event-log/simulated";
import { type Weather, drawWeather, pauseMsMax, sessionMs } from "./faults.js";
import { Merchant } from "./merchant.js";
import { MerchantEndpoint } from "./merchant-endpoint.js";
import { ProviderLedger, type Webhook } from "./provider-ledger.js";
import { dispatcher, intake, router } from "./services.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { Plant, Surroundings } from "./surroundings.js";
import { WorldBroker } from "./world-broker.js";

export type WorldOptions = Readonly<{ seed: number; plant?: Plant | undefined; trace?: ((line: string) => void) | undefined }>;
export type Fatal = Readonly<{ process: string; error: unknown }>;

const webhookPauseMs = 2_000;
const webhookTriesMax = 6;

/** The whole platform and everybody around it, in one thread on one clock, with one seed's luck. */
export class World {
  readonly random: SeededRandom;
  readonly time: SimulatedTime;
  readonly broker: WorldBroker;
  readonly endpoint: MerchantEndpoint;
  readonly merchant: Merchant;
  readonly ledgers: readonly ProviderLedger[];
  readonly fatals: Fatal[] = [];
  readonly weather: Weather;
  readonly #trouble = { databaseDown: 0, databaseUnknown: 0, network: 0 };
  readonly #intakes;
  readonly #routers: readonly SimulatedProcess<Router>[];
  readonly #dispatchers;
  #webhooksUnderWay = 0;

  constructor(private readonly options: WorldOptions) {
    const { seed, plant, trace } = options;
    this.random = new SeededRandom(seed);
    this.time = new SimulatedTime(this.random.fork());
    this.weather = drawWeather(this.random);
    this.broker = new WorldBroker(this.time, this.random.fork());
    const faultOfTheNetwork = (): number => this.#trouble.network;
    this.endpoint = new MerchantEndpoint(this.time, this.random.fork(), faultOfTheNetwork);
    const tell = (provider: string, webhook: Webhook, forSure: boolean): void => this.#tell(provider, webhook, forSure);
    this.ledgers = ["keeps_ids", "charges_again"].map(
      (id) => new ProviderLedger(id, id === "keeps_ids", this.time, this.random.fork(), (webhook, told) => tell(id, webhook, told === "for_sure")),
    );
    const surroundings: Surroundings = {
      time: this.time,
      random: this.random.fork(),
      broker: this.broker,
      database: new MemoryPaymentsDatabase((access) => this.#databaseFault(access)),
      routerStore: new MemoryRouterStore(),
      callbackStore: new InMemoryCallbackStore(),
      providers: this.ledgers,
      endpoint: this.endpoint,
      trouble: this.#trouble,
      sessionMs,
      weakness: plant === undefined || plant === "caller_check_off" ? undefined : weakness(plant),
      plant,
      loggerOf: (name) => (trace === undefined ? silentLogger : this.#loggerOf(name, trace)),
      fatal: (process, error) => void this.fatals.push({ process, error }),
    };
    const some = <Service>(count: number, name: string, build: ConstructorParameters<typeof SimulatedProcess<Service>>[2]) =>
      Array.from({ length: count }, (_, index) => new SimulatedProcess<Service>(`${name}-${index + 1}`, surroundings, build));
    this.#intakes = some(this.random.between(2, 3), "intake", intake(surroundings));
    this.#routers = some(2, "router", router(surroundings));
    this.#dispatchers = some(2, "dispatcher", dispatcher(surroundings));
    this.merchant = new Merchant(this.time, this.random.fork(), () => this.#anyUp(this.#intakes));
  }

  /** Boots everything, lets merchants come, and lets things go wrong for a while. */
  async chaos(): Promise<void> {
    const { time, random, weather, broker } = this;
    for (const process of this.#processes) process.boot();
    await time.run(() => this.#processes.every(({ service }) => service !== undefined), 30_000);
    Object.assign(broker.faults, weather.log);
    Object.assign(this.#trouble, { databaseDown: weather.databaseDown, databaseUnknown: weather.databaseUnknown, network: weather.network });
    const startMs = time.nowMs;
    const sometime = (run: () => void): void => void time.at(startMs + random.share() * weather.chaosMs, run);
    this.#bringMerchants(startMs);
    const victim = () => this.#processes[random.below(this.#processes.length)]!;
    for (let n = 0; n < weather.crashes; n += 1) sometime(() => victim().crash(300 + random.share() * 5_000));
    for (let n = 0; n < weather.pauses; n += 1) sometime(() => victim().pause(random.share() * pauseMsMax));
    for (let n = 0; n < weather.rebalances; n += 1) sometime(() => broker.shuffle());
    for (let n = 0; n < weather.outages; n += 1) sometime(() => this.#outage());
    await time.run(() => false, weather.chaosMs);
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    Object.assign(this.broker.faults, noFaults);
    Object.assign(this.#trouble, { databaseDown: 0, databaseUnknown: 0, network: 0 });
    this.broker.reachable = true;
    // Members may have heard of two assignments in the wrong order; in the end a group agrees about who owns what.
    for (const laterMs of [0, pauseMsMax + sessionMs]) this.time.at(this.time.nowMs + laterMs, () => this.broker.shuffle());
  }

  /** Whether anybody outside the platform still has something to say. */
  get isQuietOutside(): boolean {
    return this.merchant.underWay === 0 && this.#webhooksUnderWay === 0 && this.ledgers.every(({ pending }) => pending === 0);
  }

  get boots(): number {
    return this.#processes.reduce((sum, { boots }) => sum + boots, 0);
  }

  get #processes() {
    return [...this.#intakes, ...this.#routers, ...this.#dispatchers];
  }

  #anyUp<Service>(processes: readonly SimulatedProcess<Service>[]): Service | undefined {
    const up = processes.flatMap(({ service }) => service ?? []);
    return up[this.random.below(Math.max(1, up.length))] as Service | undefined;
  }

  #bringMerchants(startMs: number): void {
    const { random, weather } = this;
    const accounts = Array.from({ length: random.between(2, 4) }, () => anyAccount(random));
    const channels: readonly NextCandidate[] = this.ledgers.map(({ id }) => ({ provider: id as ProviderId, channelId: `channel-${id}` as ChannelId }));
    // Everything at once from one account fills batches; spread out, each is alone.
    const burst = random.chance(0.4) ? { account: accounts[0]!, atMs: startMs + random.share() * weather.chaosMs * 0.6 } : undefined;
    for (let n = random.between(5, 9); n > 0; n -= 1) {
      const idempotencyKey = random.chance(0.4) ? `key-${n}` : undefined;
      const wanted = {
        account: burst?.account ?? accounts[random.below(accounts.length)]!,
        reference: `order-${n}`,
        minor: BigInt(random.between(1, 100_000)),
        channels: [[channels[0]!], [channels[1]!], channels, [...channels].reverse()][random.below(4)]!,
        idempotencyKey,
        wantsCallbacks: random.chance(0.9),
        cancels: random.chance(0.15),
      };
      const atMs = burst === undefined ? startMs + random.share() * weather.chaosMs * 0.7 : burst.atMs + random.share() * 400;
      this.merchant.wants(wanted, atMs);
      // Two programs of one merchant, or one that is too impatient.
      if (random.chance(0.3)) this.merchant.wants(wanted, atMs + random.share() * random.share() * 3_000);
    }
  }

  #outage(): void {
    const { time, random, broker } = this;
    const forMs = random.share() * 4_000;
    if (random.chance(0.5)) {
      broker.reachable = false;
      time.at(time.nowMs + forMs, () => {
        broker.reachable = true;
        broker.reconnectAll();
      });
    } else {
      const before = this.#trouble.databaseDown;
      this.#trouble.databaseDown = 1;
      time.at(time.nowMs + forMs, () => (this.#trouble.databaseDown = Math.min(this.#trouble.databaseDown, before)));
    }
  }

  #databaseFault(access: "read" | "commit"): "none" | "down" | "lost_commit_applied" | "lost_commit_dropped" {
    const { random } = this;
    if (random.chance(this.#trouble.databaseDown)) return "down";
    if (access === "read" || !random.chance(this.#trouble.databaseUnknown)) return "none";
    return random.chance(0.5) ? "lost_commit_applied" : "lost_commit_dropped";
  }

  #tell(provider: string, webhook: Webhook, forSure: boolean): void {
    const { random } = this;
    const fault = this.#trouble.network;
    if (!forSure && random.chance(fault)) return; // lost
    const laterMs = random.chance(0.1) ? random.share() * 15_000 : random.share() * 100;
    this.#deliver(provider, webhook, laterMs, forSure ? Number.POSITIVE_INFINITY : webhookTriesMax);
    if (random.chance(0.15)) this.#deliver(provider, webhook, random.share() * 10_000, webhookTriesMax);
  }

  /** Told again until it is acknowledged, as providers do; a process that died never acknowledges. */
  #deliver(provider: string, webhook: Webhook, afterMs: number, triesLeft: number): void {
    const { time } = this;
    this.#webhooksUnderWay += 1;
    let over = false;
    const end = (acknowledged: boolean): void => {
      if (over) return;
      over = true;
      this.#webhooksUnderWay -= 1;
      if (!acknowledged && triesLeft > 1) this.#deliver(provider, webhook, webhookPauseMs, triesLeft - 1);
    };
    time.at(time.nowMs + afterMs, () => {
      const up = this.#anyUp(this.#routers);
      time.at(time.nowMs + 5_000, () => end(false));
      const raw = { pathToken: "", headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(webhook)) };
      void up?.webhooks.receive(provider, raw).then((received) => end(received === "stored"));
    });
  }

  #loggerOf(name: string, trace: (line: string) => void): Logger {
    const write = (level: string) => (fields: object, message: string) => {
      const told = Object.entries(fields).map(([key, value]) => `${key}=${value instanceof Error ? `${value.message}` : JSON.stringify(value, noBigints)}`);
      trace(`${this.time.nowMs.toFixed(1).padStart(9)} ${level} ${name}: ${message} ${told.join(" ")}`);
    };
    return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  }
}

const noBigints = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

const anyAccount = (random: SeededRandom): Account =>
  accountOf(merchantId(Buffer.from(random.bytes(16)).toString("hex")), "test");
