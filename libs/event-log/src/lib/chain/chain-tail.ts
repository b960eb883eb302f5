import { topics, type TopicName } from "@malipo/event-contracts";
import { type Clock, type EventLog, type Logger, type Metrics, type Scheduler, type StoredRecord, type Tail, type Timer } from "@malipo/ports";
import type { ChainListener, ChainPosition, ChainRecord } from "./chain-record.js";
import { ChainReader, genesisPosition } from "./chain-reader.js";
import { EndOffsets } from "./end-offsets.js";
import { LogTruncatedError, TailBehindError } from "./errors.js";
import { sameDigest } from "./digest.js";
import { verifyPosition } from "./verify-position.js";
import { Waiters } from "./waiters.js";

export type ChainTailOptions = Readonly<{
  log: EventLog;
  topic: string;
  /** Taken from the topic table when absent. */
  partitions?: number;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  metrics: Metrics;
  /** The process must stop: the log was cut, or a listener failed. Called at most once; nothing is folded afterwards. */
  onFatal: (error: unknown) => void;
}>;

const retryMs = 200;
/** A log that was cut while nothing came from it is noticed within this. */
const watchMs = 1_000;

/**
 * The one reader of a chained topic in a process, shared by all its roles. It verifies the chain, hands every valid record
 * to its listeners once and in order, and checks after every reconnect that the log is still the one it has read.
 */
export class ChainTail {
  readonly topic: string;
  readonly partitions: number;
  readonly ends: EndOffsets;
  readonly #readers: ChainReader[];
  readonly #listeners = new Set<ChainListener>();
  readonly #waiters: Waiters[];
  /** What listeners have not finished yet; the next batch from the log waits for it. */
  readonly #unfinished = new Set<Promise<void>>();
  #verifiedGeneration = -1;
  #verifying: Promise<void> | undefined;
  #state: "new" | "running" | "halted" = "new";
  #tail: Tail | undefined;
  #watch: Timer | undefined;

  constructor(private readonly options: ChainTailOptions) {
    const { log, topic } = options;
    this.topic = topic;
    this.partitions = options.partitions ?? topics[topic as TopicName].partitions;
    this.ends = new EndOffsets(log, topic);
    this.#readers = Array.from({ length: this.partitions }, (_, partition) => this.#reader(partition));
    this.#waiters = this.#readers.map(() => new Waiters(options.scheduler));
    // There from the start, so that its first rise is seen as one.
    options.metrics.count("log_void_records_total", { topic }, 0);
  }

  /**
   * Starts from the given checkpoints; a partition without one is read from its beginning.
   * @throws LogTruncatedError when the log is not the one the checkpoints were taken from; LogUnavailableError when it does
   * not answer, and then it may be started again.
   */
  async start(from: ReadonlyMap<number, ChainPosition> = new Map()): Promise<void> {
    if (this.#state !== "new") throw new Error(`the tail of ${this.topic} was started before`);
    for (const [partition, position] of from) this.#readers[partition] = this.#reader(partition, position);
    await this.#verifyOnce();
    this.#state = "running";
    const offsets = new Map(this.#readers.map(({ position }, partition) => [partition, position.offset]));
    try {
      this.#tail = await this.options.log.tail(this.topic, offsets, (partition, records) => this.#onBatch(partition, records));
    } catch (error) {
      // Nothing was read, so a caller that waits for the log may start it again.
      if (!this.halted) this.#state = "new";
      throw error;
    }
    this.#watchGeneration();
  }

  /** Returns a function that ends the subscription. Subscribe before `start`, or miss what was read meanwhile. */
  subscribe(listener: ChainListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A new object whenever it changes, so that two positions may be compared by identity. */
  position(partition: number): ChainPosition {
    return this.#readerOf(partition).position;
  }

  get halted(): boolean {
    return this.#state === "halted";
  }

  /** Whether the log was checked since the last connection was made; an append is trusted only then. */
  get verified(): boolean {
    return this.#verifiedGeneration === this.options.log.generation;
  }

  /**
   * Resolves when every record before `offset` has been handed to the listeners.
   * @throws TailBehindError after `deadlineMs`; the signal's reason when it is aborted.
   */
  whenReached(partition: number, offset: number, deadlineMs?: number, signal?: AbortSignal): Promise<void> {
    if (this.position(partition).offset >= offset) return Promise.resolve();
    const late = () => new TailBehindError(this.topic, partition, offset);
    return this.#waiters[partition]!.wait(offset, late, deadlineMs, signal);
  }

  /** Reads the partition to its present end (as of a request sent after this call). Rejects as `whenReached` and `ends` do. */
  async catchUp(partition: number, deadlineMs?: number, signal?: AbortSignal): Promise<void> {
    const seen = this.position(partition).offset; // before asking: the tail runs on meanwhile
    const end = (await this.ends.latest()).get(partition)?.end ?? 0;
    if (end < seen) throw this.fail(new LogTruncatedError(this.topic, partition, `it ends at ${end}, but was read up to ${seen}`));
    await this.whenReached(partition, end, deadlineMs, signal);
  }

  /** Folds own records that are known to be valid where they are. The tail brings them again as already known. */
  install(partition: number, records: readonly ChainRecord[]): void {
    if (this.#state !== "running") return;
    const reader = this.#readerOf(partition);
    const fresh = records.filter(({ offset }) => offset >= reader.position.offset);
    const last = records.at(-1);
    if (fresh.length === 0 && last && last.offset + 1 === reader.position.offset && !sameDigest(last.digest, reader.position.head)) {
      this.fail(new LogTruncatedError(this.topic, partition, `record ${last.offset} was acknowledged as ours but is another's`));
      return;
    }
    for (const record of fresh) reader.advance(record);
    if (fresh.length > 0) this.#hand(partition, fresh);
  }

  /** Checks every partition against the log if a connection was made since the last check. Waits out a log that is down. */
  async verify(): Promise<void> {
    for (let tries = 0; !this.verified && !this.halted; tries += 1) {
      try {
        await (this.#verifying ??= this.#verifyOnce().finally(() => (this.#verifying = undefined)));
      } catch (error) {
        if (error instanceof LogTruncatedError) throw this.fail(error);
        if (tries === 0) this.options.logger.warn({ topic: this.topic, error }, "the log cannot be checked yet, trying on");
        await this.options.scheduler.sleep(retryMs);
      }
    }
  }

  /** Stops everything that depends on this log, and returns the error for the caller to throw. */
  fail(error: unknown): unknown {
    if (this.#state !== "halted") {
      this.#state = "halted";
      this.options.logger.error({ topic: this.topic, error }, "the tail stops: what it has folded can no longer be relied on");
      this.#waiters.forEach((waiters) => waiters.failAll(error));
      this.options.onFatal(error);
    }
    return error;
  }

  async stop(): Promise<void> {
    this.#watch?.cancel();
    await this.#tail?.stop();
    await Promise.all(this.#unfinished);
    this.#state = "halted";
    this.#waiters.forEach((waiters) => waiters.failAll(new Error(`the tail of ${this.topic} was stopped`)));
  }

  #reader(partition: number, position?: ChainPosition): ChainReader {
    return new ChainReader(position ?? genesisPosition(this.options.topic, partition, this.partitions));
  }

  #readerOf(partition: number): ChainReader {
    const reader = this.#readers[partition];
    if (reader === undefined) throw new RangeError(`${this.topic} has no partition ${partition}`);
    return reader;
  }

  #watchGeneration(): void {
    this.#watch = this.options.scheduler.after(watchMs, () => {
      if (this.halted) return;
      if (this.verified) this.#watchGeneration();
      else this.verify().then(() => this.#watchGeneration(), () => undefined); // a failure has stopped the tail by itself
    });
  }

  async #verifyOnce(): Promise<void> {
    const { log } = this.options;
    const generation = log.generation;
    const positions = this.#readers.map(({ position }) => position);
    const ends = await this.ends.latest();
    await Promise.all(
      positions.map(async (position, partition) => {
        const end = ends.get(partition)?.end ?? 0;
        if (end < position.offset) throw new LogTruncatedError(this.topic, partition, `it ends at ${end}, before ${position.offset}`);
        await verifyPosition(log, this.topic, partition, position);
      }),
    );
    this.#verifiedGeneration = generation;
  }

  async #onBatch(partition: number, records: readonly StoredRecord[]): Promise<void> {
    while (!this.verified || this.#unfinished.size > 0) {
      if (this.halted) return;
      await this.verify();
      await Promise.all(this.#unfinished);
    }
    if (this.halted) return;
    const valid: ChainRecord[] = [];
    let voids = 0;
    const reader = this.#readerOf(partition);
    const before = reader.position;
    for (const record of records) {
      const result = reader.accept(record);
      if (typeof result === "object") valid.push(result);
      else if (result === "void") voids += 1;
      else if (result === "gap") {
        this.fail(new LogTruncatedError(this.topic, partition, `records before ${record.offset} are missing`));
        return;
      }
    }
    if (voids > 0) this.options.metrics.count("log_void_records_total", { topic: this.topic }, voids);
    if (reader.position !== before) this.#hand(partition, valid);
  }

  #hand(partition: number, records: readonly ChainRecord[]): void {
    const after = this.position(partition);
    for (const listener of this.#listeners) {
      try {
        const unfinished = listener(partition, records, after);
        if (unfinished === undefined) continue;
        const settled = unfinished.catch((error: unknown) => void this.fail(error)).finally(() => this.#unfinished.delete(settled));
        this.#unfinished.add(settled);
      } catch (error) {
        this.fail(error);
        return;
      }
    }
    this.#waiters[partition]!.reached(after.offset);
  }
}
