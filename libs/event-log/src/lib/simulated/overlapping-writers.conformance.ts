import { hash } from "node:crypto";
import { type EventLog, type OutgoingRecord } from "@malipo/ports";
import { ChainReader, genesisPosition } from "../chain/chain-reader.js";
import { ChainTail } from "../chain/chain-tail.js";
import { ChainWriter } from "../chain/chain-writer.js";
import { CountingMetrics, SeededRandom, type SimulatedBroker, SimulatedClock, SimulatedScheduler, SimulatedTime, silentLogger } from "./index.js";
import { type WrongRule, brokerBy, logBy } from "./wrong-rules.conformance.js";

const topic = "truth";
const partitions = 2;
const commandsPerPartition = 30;

export type Judgement = Readonly<{
  valid: number;
  voids: number;
  claims: number;
  /** Reported outcomes that the log does not bear out. */
  untrue: string[];
  /** Commands with two valid decisions. */
  twice: string[];
  /** Valid decisions that were taken on another history than the one before them. */
  misled: string[];
  fatal: unknown[];
}>;

type Claim = Readonly<{ writer: number; partition: number; command: string; outcome: string }>;

type Decided = Readonly<{ outcome: string; history: string }>;

const draft = (command: string, decided: Decided): OutgoingRecord => ({
  key: command,
  value: Buffer.from(JSON.stringify(decided)),
  headers: { ce_id: command, ce_type: "test.decided.v1" },
});

const read = (value: Uint8Array): Decided => JSON.parse(Buffer.from(value).toString()) as Decided;

/** What has been decided so far, in one word. */
const extended = (history: string, command: string, outcome: string): string => hash("sha1", `${history} ${command}=${outcome}`, "hex");

/** A decider cut to the bone: every writer decides every command, each with an outcome of its own. */
class Writer {
  readonly answered = Array.from({ length: partitions }, () => new Map<string, string>());
  readonly histories = Array.from({ length: partitions }, () => "");
  readonly claims: Claim[] = [];
  readonly fatal: unknown[] = [];
  readonly tail: ChainTail;
  readonly #writer: ChainWriter;

  constructor(
    readonly number: number,
    log: EventLog,
    readonly scheduler: SimulatedScheduler,
    time: SimulatedTime,
    private readonly random: SeededRandom,
  ) {
    const onFatal = (error: unknown): void => void this.fatal.push(error);
    const shared = { log, topic, scheduler, logger: silentLogger, metrics: new CountingMetrics() };
    this.tail = new ChainTail({ ...shared, partitions, clock: new SimulatedClock(time), onFatal });
    this.#writer = new ChainWriter({ ...shared, tail: this.tail });
    this.tail.subscribe((partition, records) => {
      for (const { key, value } of records) {
        const { outcome } = read(value);
        this.answered[partition]!.set(key, outcome);
        this.histories[partition] = extended(this.histories[partition]!, key, outcome);
        this.claims.push({ writer: number, partition, command: key, outcome });
      }
    });
  }

  async work(): Promise<void> {
    await this.tail.start();
    while (!this.tail.halted) {
      const batches = new Map<number, { after: ReturnType<ChainTail["position"]>; drafts: OutgoingRecord[] }>();
      for (let partition = 0; partition < partitions; partition += 1) {
        const open = Array.from({ length: commandsPerPartition }, (_, n) => `c${partition}-${n}`).filter((id) => !this.answered[partition]!.has(id));
        const some = open.slice(0, this.random.between(1, 3));
        let history = this.histories[partition]!;
        const drafts = some.map((id) => {
          const decided = { outcome: `w${this.number}`, history };
          history = extended(history, id, decided.outcome);
          return draft(id, decided);
        });
        if (drafts.length > 0) batches.set(partition, { after: this.tail.position(partition), drafts });
      }
      if (batches.size === 0) return;
      const verdicts = await this.#writer.append(batches);
      for (const verdict of verdicts.values()) if (verdict.kind === "resync") await verdict.done.catch(() => undefined);
      await this.scheduler.sleep(this.random.below(20));
    }
  }
}

/** Several writers over the same partitions under faults, judged by an independent fold of what the broker holds. */
export const overlappingWriters = async (seed: number, rule?: WrongRule, writersCount = 3): Promise<Judgement> => {
  const random = new SeededRandom(seed);
  const time = new SimulatedTime(random.fork());
  const broker = brokerBy(rule, time, random.fork(), { [topic]: { partitions } });
  Object.assign(broker.faults, { lostRequest: 0.03, lostAcknowledgement: 0.06, lateAppend: 0.08, lateMsMax: 5_000, duplicate: 0.05, reconnect: 0.05 });
  Object.assign(broker.faults, { unanswered: 0.03, latencyMsMax: 30 });
  const writers = Array.from({ length: writersCount }, (_, number) => {
    const scheduler = new SimulatedScheduler(time);
    const log = logBy(rule, { broker, scheduler, logger: silentLogger, onFatal: () => undefined });
    return new Writer(number, log, scheduler, time, random.fork());
  });
  for (let n = 0; n < 6; n += 1) {
    const victim = writers[random.below(writers.length)]!;
    time.at(random.share() * 3_000, () => victim.scheduler.pause(random.share() * 8_000));
  }
  await time.settle(Promise.all(writers.map((writer) => writer.work())), 3_600_000).catch(() => undefined);
  await time.run(() => false, 30_000); // what was late arrives
  return judge(broker, writers);
};

const judge = (broker: SimulatedBroker, writers: readonly Writer[]): Judgement => {
  const untrue: string[] = [];
  const twice: string[] = [];
  const misled: string[] = [];
  let valid = 0;
  let voids = 0;
  const truth = Array.from({ length: partitions }, (_, partition) => {
    const reader = new ChainReader(genesisPosition(topic, partition, partitions));
    const outcomes = new Map<string, string>();
    let before = "";
    for (const record of broker.records(topic, partition)) {
      const result = reader.accept(record);
      if (result === "void") voids += 1;
      if (typeof result !== "object") continue;
      valid += 1;
      if (outcomes.has(result.key)) twice.push(`${partition}/${result.key}`);
      const { outcome, history } = read(result.value);
      if (history !== before) misled.push(`${partition}/${result.key}`);
      before = extended(before, result.key, outcome);
      outcomes.set(result.key, outcome);
    }
    return outcomes;
  });
  for (const { claims } of writers) {
    for (const { writer, partition, command, outcome } of claims) {
      if (truth[partition]!.get(command) !== outcome) untrue.push(`writer ${writer}: ${partition}/${command} is ${outcome}`);
    }
  }
  const claims = writers.reduce((sum, writer) => sum + writer.claims.length, 0);
  return { valid, voids, claims, untrue, twice, misled, fatal: writers.flatMap(({ fatal }) => fatal) };
};
