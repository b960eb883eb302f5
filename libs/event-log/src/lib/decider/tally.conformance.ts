import { headerText } from "@malipo/event-contracts";
import { type Account, accountOf, type CommandId, type Instant, merchantId, nothingNew, partitionOf, plus, record, refuse } from "@malipo/kernel";
import { ChainReader, genesisPosition } from "../chain/chain-reader.js";
import type { ChainRecord } from "../chain/chain-record.js";
import { ChainTail } from "../chain/chain-tail.js";
import { CommandBus } from "../commands/command-bus.js";
import {
  CountingMetrics,
  SeededRandom,
  silentLogger,
  type SimulatedBroker,
  SimulatedClock,
  type SimulatedEventLog,
  SimulatedScheduler,
  SimulatedTime,
} from "../simulated/index.js";
import { type WrongRule, brokerBy, logBy } from "../simulated/wrong-rules.conformance.js";
import { TopicWriter } from "../writer/topic-writer.js";
import { type AggregateDefinition, UnknownEventError } from "./aggregate-definition.js";
import { ChainDeciderStore } from "./chain-store.js";
import { DeciderRuntime } from "./decider-runtime.js";
import type { DeciderStore } from "./decider-store.js";

/** A small aggregate for the runtime's own specs: opened once, added to up to a limit, closed by its timer. */
export type TallyCommand =
  | { type: "open"; id: string; key?: string; fingerprint?: string }
  | { type: "add"; id: string; amount: number }
  | { type: "close"; id: string };
export type TallyEvent =
  | { type: "opened"; id: string; number: string; key?: string; fingerprint?: string; closesAt: Instant; account: string }
  | { type: "added"; id: string; amount: number; total: number }
  | { type: "closed"; id: string }
  | { type: "refused"; id: string; reason: string };
export type Tally = Readonly<{ status: "absent" | "open" | "closed"; total: number; closesAt?: Instant }>;

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const parse = <Value>(value: Uint8Array): Value => JSON.parse(Buffer.from(value).toString()) as Value;

export const tallyLimit = 1_000;
export const closesAfterMs = 60_000;

export const tallyDefinition = (draw: (partition: number) => string): AggregateDefinition<TallyCommand, TallyEvent, Tally> => ({
  source: "/test/tally",
  commandsTopic: "commands",
  eventsTopic: "events",
  decodeCommand: (_type, value) => parse(value),
  aggregateIdOf: ({ id }) => id,
  requestKeyOf: (command, account) =>
    command.type === "open" && command.key !== undefined ? { account, operation: "open", keyHash: command.key } : undefined,
  draw: (command, { partition }) => (command.type === "open" ? draw(partition) : undefined),
  initial: () => ({ status: "absent", total: 0 }),
  decide: (command, tally, context) => {
    switch (command.type) {
      case "open":
        if (context.keyUse) return refuse(context.keyUse.fingerprint === command.fingerprint ? "replay" : "key_reused");
        if (tally.status !== "absent") return refuse("exists");
        return record({ ...command, type: "opened", number: context.drawn!, closesAt: plus(context.at, closesAfterMs), account: context.account });
      case "add":
        if (tally.status !== "open") return refuse(`is_${tally.status}`);
        if (tally.total + command.amount > tallyLimit) return refuse("over_the_limit");
        return command.amount === 0 ? nothingNew : record({ ...command, type: "added", total: tally.total + command.amount });
      case "close":
        return tally.status === "open" ? record({ type: "closed", id: command.id }) : nothingNew;
    }
  },
  evolve: (tally, event) => {
    switch (event.type) {
      case "opened":
        return { status: "open", total: 0, closesAt: event.closesAt };
      case "added":
        if (event.total !== tally.total + event.amount) throw new Error("the total does not follow");
        return { ...tally, total: event.total };
      case "closed":
        return { status: "closed", total: tally.total };
      case "refused":
        return tally;
    }
  },
  recordRefusal: (_command, decision, { commandId }) => ({
    type: "refused",
    id: commandId,
    reason: decision.kind === "refuse" ? decision.reason : "nothing_new",
  }),
  encodeEvent: (event) => ({ type: `test.tally.${event.type}.v1`, value: bytes(event) }),
  decodeEvent: (type, value) => {
    if (!type.startsWith("test.tally.")) throw new UnknownEventError(type);
    return parse(value);
  },
  claimsOf: (event) => {
    if (event.type !== "opened") return undefined;
    const { key, fingerprint = "", account, number } = event;
    if (key === undefined) return { drawn: number };
    return { drawn: number, requestKey: { account: account as Account, operation: "open", keyHash: key, fingerprint } };
  },
  timersOf: ({ status, closesAt }) => (status === "open" && closesAt !== undefined ? [{ name: "close", dueAt: closesAt }] : []),
  timerCommand: (_name, id) => ({ type: "close", id }),
});

export const accounts = Array.from({ length: 4 }, (_, n) => accountOf(merchantId(String(n).padStart(32, "0")), "test"));

type Wrap = (store: DeciderStore, scheduler: SimulatedScheduler) => DeciderStore;

/** One world of simulated processes around one broker. */
export class TallyWorld {
  readonly random: SeededRandom;
  readonly time: SimulatedTime;
  readonly broker: SimulatedBroker;
  readonly fatal: unknown[] = [];

  constructor(
    seed: number,
    readonly rule?: WrongRule,
  ) {
    this.random = new SeededRandom(seed);
    this.time = new SimulatedTime(this.random.fork());
    const twelve = { partitions: 12 };
    this.broker = brokerBy(rule, this.time, this.random.fork(), { commands: twelve, events: twelve, "parked.v1": twelve, "clock.probes.v1": { partitions: 1 } });
  }

  /** `wrap` puts something between the runtime and its store. */
  process(wrap: Wrap = (store) => store, entriesMax = 100): TallyProcess {
    return new TallyProcess(this, wrap, entriesMax);
  }

  /** An independent fold of the events. */
  truth(): ChainRecord[] {
    return Array.from({ length: 12 }, (_, partition) => {
      const reader = new ChainReader(genesisPosition("events", partition, 12));
      return this.broker.records("events", partition).map((stored) => reader.accept(stored)).filter((result) => typeof result === "object");
    }).flat();
  }

  run<Result>(work: Promise<Result>): Promise<Result> {
    return this.time.settle(work, 600_000);
  }
}

export class TallyProcess {
  readonly scheduler: SimulatedScheduler;
  readonly clock: SimulatedClock;
  readonly tail: ChainTail;
  readonly runtime: DeciderRuntime<TallyCommand, TallyEvent, Tally>;
  readonly bus: CommandBus;
  readonly metrics = new CountingMetrics();
  readonly definition: AggregateDefinition<TallyCommand, TallyEvent, Tally>;
  readonly log: SimulatedEventLog;

  constructor(
    readonly world: TallyWorld,
    wrap: Wrap,
    entriesMax: number,
  ) {
    const { time, broker } = world;
    const random = world.random.fork();
    this.scheduler = new SimulatedScheduler(time);
    this.clock = new SimulatedClock(time);
    const onFatal = (error: unknown): void => void world.fatal.push(error);
    const { scheduler, clock, metrics } = this;
    this.log = logBy(world.rule, { broker, scheduler, logger: silentLogger, onFatal });
    const shared = { log: this.log, scheduler, clock, metrics, logger: silentLogger, onFatal, random };
    this.definition = tallyDefinition((partition) => `${partition}-${random.below(5_000)}`);
    this.tail = new ChainTail({ ...shared, topic: "events", partitions: 12 });
    const store = wrap(new ChainDeciderStore(this.definition, this.tail), scheduler);
    const parked = new TopicWriter({ ...shared, topic: "parked.v1" });
    this.runtime = new DeciderRuntime({ ...shared, definition: this.definition, tail: this.tail, store, parked, group: "deciders", entriesMax });
    this.bus = new CommandBus({ writer: new TopicWriter({ ...shared, topic: "commands" }), tail: this.tail, clock, scheduler, source: "/test" });
  }

  async start(): Promise<this> {
    await this.tail.start();
    await this.runtime.start();
    return this;
  }

  async serving(): Promise<void> {
    while (this.runtime.serving.length < 12) await this.scheduler.sleep(10);
  }

  /** What the decision of an API command says. */
  async ask(command: TallyCommand, account: Account, id = this.world.random.uuid(), decideBeforeMs = 10_000): Promise<TallyEvent> {
    const decision = await this.bus.execute(this.#outgoing(command, id), { account, decideBeforeMs });
    return parse(decision.value);
  }

  /** As a router sends it. */
  send(command: TallyCommand, account: Account, id = this.world.random.uuid()): Promise<unknown> {
    return this.bus.send(this.#outgoing(command, id), { account });
  }

  kill(): void {
    this.scheduler.kill();
  }

  #outgoing(command: TallyCommand, id: string) {
    return { id: id as CommandId, type: `test.tally.${command.type}.command.v1`, subject: command.id, value: bytes(command) };
  }
}

export const eventOf = ({ value }: { value: Uint8Array }): TallyEvent => parse(value);
export const causationOf = (stored: ChainRecord): string | undefined => headerText(stored.headers["ce_causation"]);
export const partitionOfAccount = (account: Account): number => partitionOf(account);
