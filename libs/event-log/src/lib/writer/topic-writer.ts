import type { Clock, EventLog, OutgoingRecord, Scheduler } from "@malipo/ports";
import { recordBytes, sendBytesMax } from "./record-size.js";
import { Spacing } from "./spacing.js";
import { AppendUnknownError, QueueFullError, RecordTooLargeError, WriterClosedError } from "./topic-writer.errors.js";

export type Appended = Readonly<{ partition: number; offset: number }>;

export type TopicWriterOptions = Readonly<{
  log: EventLog;
  topic: string;
  clock: Clock;
  scheduler: Scheduler;
  /** Records that may wait; beyond it `write` rejects at once. */
  queuedMax?: number;
  /** Least time between two sends; 5 ms by default. Lifecycle records use 50, which costs less. */
  spacingMs?: number;
}>;

type Waiting = Readonly<{ record: OutgoingRecord; bytes: number; resolve: (appended: Appended) => void; reject: (error: Error) => void }>;

/**
 * Writes to a topic without a chain: one send in flight, and everything that came meanwhile goes into the next, for all
 * partitions at once. Per partition the order of `write` is the order in the log, as far as sends succeed.
 */
export class TopicWriter {
  readonly topic: string;
  readonly #queues = new Map<number, Waiting[]>();
  readonly #spacing: Spacing;
  readonly #queuedMax: number;
  #queued = 0;
  #closed = false;
  #running: Promise<void> | undefined;

  constructor(private readonly options: TopicWriterOptions) {
    this.topic = options.topic;
    this.#queuedMax = options.queuedMax ?? 10_000;
    const spacingMs = options.spacingMs ?? 5;
    this.#spacing = new Spacing(options.clock, options.scheduler, spacingMs, Math.max(spacingMs, 10));
  }

  /**
   * Resolves with the place of the record once all replicas have it. An empty value is a tombstone on a compacted topic.
   * @throws AppendUnknownError when it may be there or come later; the others (see there) mean that it was not sent.
   */
  write(partition: number, record: OutgoingRecord): Promise<Appended> {
    if (this.#closed) return Promise.reject(new WriterClosedError(this.topic));
    if (this.#queued >= this.#queuedMax) return Promise.reject(new QueueFullError(this.topic));
    const bytes = recordBytes(record);
    if (bytes > sendBytesMax) return Promise.reject(new RecordTooLargeError(this.topic, bytes));
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    const queue = this.#queues.get(partition);
    if (queue) queue.push({ record, bytes, resolve, reject });
    else this.#queues.set(partition, [{ record, bytes, resolve, reject }]);
    this.#queued += 1;
    this.#running ??= this.#run();
    return promise;
  }

  /** Takes no more, sends what waits, and rejects what is left when the time is over. */
  async close(withinMs = 3_000): Promise<void> {
    this.#closed = true;
    const stop = new AbortController();
    const running = this.#running ?? Promise.resolve();
    await Promise.race([running.finally(() => stop.abort()), this.options.scheduler.sleep(withinMs, stop.signal).catch(() => undefined)]);
    const left = [...this.#queues.values()].flat();
    this.#queues.clear();
    this.#queued = 0;
    for (const { reject } of left) reject(new WriterClosedError(this.topic));
  }

  async #run(): Promise<void> {
    await this.options.scheduler.yield(); // what is written in the same turn goes together
    while (this.#queued > 0) {
      await this.#spacing.turn();
      if (this.#queued === 0) break;
      this.#spacing.sent(this.#queued);
      await this.#send(this.#take());
    }
    this.#running = undefined; // in the same turn as the last look at the queue, or a record could be left behind
  }

  #take(): Map<number, Waiting[]> {
    const taken = new Map<number, Waiting[]>();
    for (const [partition, queue] of this.#queues) {
      let bytes = 0;
      let count = 0;
      while (count < queue.length && bytes + queue[count]!.bytes <= sendBytesMax) bytes += queue[count++]!.bytes;
      taken.set(partition, queue.splice(0, count));
      if (queue.length === 0) this.#queues.delete(partition);
      this.#queued -= count;
    }
    return taken;
  }

  async #send(taken: Map<number, Waiting[]>): Promise<void> {
    const batches = new Map<number, OutgoingRecord[]>();
    for (const [partition, waiting] of taken) batches.set(partition, waiting.map(({ record }) => record));
    const outcomes = await this.options.log.append(this.topic, batches);
    for (const [partition, waiting] of taken) {
      const outcome = outcomes.get(partition);
      waiting.forEach(({ resolve, reject }, index) => {
        if (outcome?.kind === "appended") resolve({ partition, offset: outcome.baseOffset + index });
        else reject(new AppendUnknownError(this.topic, partition, { cause: outcome?.cause }));
      });
    }
  }
}
