import { type DeliveryFact, parseDeliveryId } from "@malipo/callback-delivery";
import type { Logger, Scheduler } from "@malipo/ports";
import { type Applied, type CallbackStore, type EventsBatch, type FactsBatch, type Position, RowsLostError } from "./callback-store.js";
import { EVENTS } from "./callback-of-event.js";
import { DELIVERIES } from "./delivery-record.js";

export type DeliveryKeeperOptions = Readonly<{
  store: CallbackStore;
  scheduler: Scheduler;
  logger: Logger;
  /** Called in the order of the transactions, with what is durable. */
  onApplied: (applied: Applied) => void;
  /** The rows were taken away under us: only a new start can read them again. */
  onFatal: (error: unknown) => void;
  /** Least time between two transactions: what costs is transactions, not rows. The first of a quiet time begins at once. */
  paceMs?: number;
}>;

/** Batches that may wait for the rows before the tails are held back. */
const queuedMax = 2_000;
const retryMsMax = 2_000;

type Waiter = Readonly<{ offset: number; resolve: () => void }>;

/**
 * Brings both topics into the rows: whatever came while one transaction ran goes into the next, for all partitions at
 * once. A fact waits until the event that it names has been read, so that a rebuild ends with the same rows.
 */
export class DeliveryKeeper {
  readonly #taken = new Map<string, number>();
  readonly #applied = new Map<string, Position>();
  readonly #waiters = new Map<string, Waiter[]>();
  #events: EventsBatch[] = [];
  #facts: FactsBatch[] = [];
  #tasks: (() => Promise<void>)[] = [];
  #room: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  #problem: string | undefined;

  constructor(private readonly options: DeliveryKeeperOptions) {}

  /** The checkpoints of the rows: where the tails begin. */
  async start(): Promise<readonly Position[]> {
    const positions = await this.options.store.positions();
    for (const position of positions) {
      this.#taken.set(nameOf(position.topic, position.partition), position.offset);
      this.#applied.set(nameOf(position.topic, position.partition), position);
    }
    return positions;
  }

  /** Why the rows cannot be written now; undefined when they can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  appliedOffset(topic: string, partition: number): number {
    return this.#applied.get(nameOf(topic, partition))?.offset ?? 0;
  }

  takeEvents(after: Omit<Position, "topic">, owed: EventsBatch["owed"], unread: EventsBatch["unread"] = []): void | Promise<void> {
    const position = { ...after, topic: EVENTS };
    this.#events.push({ from: this.#take(position), after: position, owed, unread });
    return this.#kick();
  }

  takeFacts(partition: number, nextOffset: number, facts: FactsBatch["facts"]): void | Promise<void> {
    const position = { topic: DELIVERIES, partition, offset: nextOffset, seq: 0, head: new Uint8Array() };
    this.#facts.push({ from: this.#take(position), after: position, facts });
    return this.#kick();
  }

  /** Runs between two transactions, so that what it reads and what `onApplied` tells are in one order. */
  between<Result>(task: () => Promise<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#tasks.push(() => task().then(resolve, reject));
    void this.#kick();
    return promise;
  }

  /** Resolves once the rows hold everything before `offset`. */
  whenApplied(topic: string, partition: number, offset: number): Promise<void> {
    if (this.appliedOffset(topic, partition) >= offset) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const name = nameOf(topic, partition);
    this.#waiters.set(name, [...(this.#waiters.get(name) ?? []), { offset, resolve }]);
    return promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#release();
    await this.#running;
  }

  #take(position: Position): number {
    const name = nameOf(position.topic, position.partition);
    const from = this.#taken.get(name) ?? 0;
    this.#taken.set(name, position.offset);
    return from;
  }

  #kick(): void | Promise<void> {
    this.#running ??= this.#run();
    if (this.#events.length + this.#facts.length < queuedMax || this.#stopping.signal.aborted) return;
    return new Promise((resolve) => this.#room.push(resolve));
  }

  #release(): void {
    for (const go of this.#room.splice(0)) go();
  }

  async #run(): Promise<void> {
    try {
      await this.options.scheduler.yield();
      while (!this.#stopping.signal.aborted) {
        for (const task of this.#tasks.splice(0)) await task();
        const events = mergeEvents(this.#events.splice(0));
        const facts = this.#readyFacts(events);
        this.#release();
        if (events.length === 0 && facts.length === 0) {
          if (this.#tasks.length === 0) return;
          continue;
        }
        const applied = await this.#apply(events, facts);
        if (applied === undefined) return;
        for (const { after } of [...events, ...facts]) this.#moved(after);
        this.options.onApplied(applied);
        if (this.options.paceMs !== undefined) await this.options.scheduler.sleep(this.options.paceMs);
      }
    } finally {
      // In the same turn as the last look at what has come: who came in between would find it running, and be left lying.
      this.#running = undefined;
    }
  }

  /** Facts whose event is in the rows or in this transaction; the rest of a partition waits behind the first that is not. */
  #readyFacts(events: readonly EventsBatch[]): readonly FactsBatch[] {
    const ready: FactsBatch[] = [];
    const later: FactsBatch[] = [];
    const held = new Set<number>();
    for (const batch of this.#facts.splice(0)) {
      const { partition } = batch.after;
      const seq = events.find(({ after }) => after.partition === partition)?.after.seq ?? this.#applied.get(nameOf(EVENTS, partition))?.seq ?? 0;
      if (held.has(partition) || batch.facts.some(({ fact }) => seqOf(fact) > seq)) {
        held.add(partition);
        later.push(batch);
      } else ready.push(batch);
    }
    this.#facts.push(...later);
    return mergeFacts(ready);
  }

  async #apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<Applied | undefined> {
    const { store, scheduler, logger, onFatal } = this.options;
    for (let waitMs = 100; ; waitMs = Math.min(retryMsMax, waitMs * 2)) {
      try {
        const applied = await store.apply(events, facts);
        if (this.#problem !== undefined) logger.info({}, "the rows can be written again");
        this.#problem = undefined;
        return applied;
      } catch (error) {
        if (isLost(error)) {
          onFatal(error);
          return undefined;
        }
        if (this.#problem === undefined) logger.warn({ error }, "the rows cannot be written, trying again");
        this.#problem = "the database does not take rows";
        try {
          await scheduler.sleep(waitMs, this.#stopping.signal);
        } catch {
          return undefined;
        }
      }
    }
  }

  #moved(after: Position): void {
    const name = nameOf(after.topic, after.partition);
    if (after.offset > this.appliedOffset(after.topic, after.partition)) this.#applied.set(name, after);
    const left: Waiter[] = [];
    for (const waiter of this.#waiters.get(name) ?? []) {
      if (waiter.offset <= after.offset) waiter.resolve();
      else left.push(waiter);
    }
    this.#waiters.set(name, left);
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

const seqOf = (fact: DeliveryFact): number => parseDeliveryId(fact.deliveryId).seq;

/** Table or schema gone: rows were dropped, perhaps to be rebuilt. */
const isLost = (error: unknown): boolean =>
  error instanceof RowsLostError || ["42P01", "3F000", "3D000"].includes((error as { code?: string } | undefined)?.code ?? "");

const byPartition = <Batch extends EventsBatch | FactsBatch>(batches: readonly Batch[]): Map<number, [Batch, ...Batch[]]> => {
  const groups = new Map<number, [Batch, ...Batch[]]>();
  for (const batch of batches) {
    const group = groups.get(batch.after.partition);
    if (group === undefined) groups.set(batch.after.partition, [batch]);
    else group.push(batch);
  }
  return groups;
};

const mergeEvents = (batches: readonly EventsBatch[]): readonly EventsBatch[] =>
  [...byPartition(batches).values()].map((group) => ({
    from: group[0].from,
    after: group.at(-1)!.after,
    owed: group.flatMap(({ owed }) => owed),
    unread: group.flatMap(({ unread }) => unread),
  }));

const mergeFacts = (batches: readonly FactsBatch[]): readonly FactsBatch[] =>
  [...byPartition(batches).values()].map((group) => ({
    from: group[0].from,
    after: group.at(-1)!.after,
    facts: group.flatMap(({ facts }) => facts),
  }));

