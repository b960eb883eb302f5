import type { AttemptId } from "@malipo/kernel";
import type { Logger, Scheduler } from "@malipo/ports";
import type { ReconciliationFact } from "./reconciliation-fact.js";
import { type Batch, type EventsBatch, type FactsBatch, type Position, type ReconciliationStore, RowsLostError } from "./reconciliation-store.js";

export type ReconciliationKeeperOptions = Readonly<{
  store: ReconciliationStore;
  scheduler: Scheduler;
  logger: Logger;
  /** Attempts that changed, and facts that are now in the rows. */
  onApplied: (attempts: readonly AttemptId[], facts: readonly ReconciliationFact[]) => void;
  /** The rows were taken away under us: only a new start can read them again. */
  onFatal: (error: unknown) => void;
  /** Least time between two transactions while nobody waits: this service is in no hurry, and the machine is shared. */
  paceMs?: number;
}>;

const queuedMax = 2_000;
const retryMsMax = 2_000;

type Waiter = Readonly<{ name: string; offset: number; resolve: () => void }>;

/** Brings both topics into the rows, as many batches at once as have come. */
export class ReconciliationKeeper {
  readonly #taken = new Map<string, number>();
  readonly #applied = new Map<string, number>();
  #waiters: Waiter[] = [];
  #events: EventsBatch[] = [];
  #facts: FactsBatch[] = [];
  #room: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #hurry: AbortController | undefined;
  readonly #stopping = new AbortController();
  #problem: string | undefined;

  constructor(private readonly options: ReconciliationKeeperOptions) {}

  async start(): Promise<readonly Position[]> {
    const positions = await this.options.store.positions();
    for (const { topic, partition, offset } of positions) {
      this.#taken.set(nameOf(topic, partition), offset);
      this.#applied.set(nameOf(topic, partition), offset);
    }
    return positions;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  takeEvents(after: Position, items: EventsBatch["items"]): void | Promise<void> {
    this.#events.push({ from: this.#take(after), after, items });
    return this.#kick();
  }

  takeFacts(after: Position, items: FactsBatch["items"]): void | Promise<void> {
    this.#facts.push({ from: this.#take(after), after, items });
    return this.#kick();
  }

  /**
   * Whether the rows are still those that were written: tables that were emptied are noticed by the next batch, and where
   * nothing happens there is none. @throws RowsLostError
   */
  async assureRows(): Promise<void> {
    const applied = [...this.#applied]; // before asking: the rows go on meanwhile
    const stored = new Map((await this.options.store.positions()).map(({ topic, partition, offset }) => [nameOf(topic, partition), offset]));
    for (const [name, offset] of applied) if ((stored.get(name) ?? 0) < offset) throw new RowsLostError(name);
  }

  /** Resolves once the rows hold everything before `offset`; somebody waits, so there is a hurry. */
  whenApplied(topic: string, partition: number, offset: number): Promise<void> {
    const name = nameOf(topic, partition);
    if ((this.#applied.get(name) ?? 0) >= offset) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ name, offset, resolve });
    this.#hurry?.abort();
    return promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#hurry?.abort();
    this.#release();
    await this.#running;
  }

  #take({ topic, partition, offset }: Position): number {
    const name = nameOf(topic, partition);
    const from = this.#taken.get(name) ?? 0;
    this.#taken.set(name, offset);
    return from;
  }

  #kick(): void | Promise<void> {
    this.#running ??= this.#run();
    if (this.#events.length + this.#facts.length < queuedMax || this.#stopping.signal.aborted) return;
    this.#hurry?.abort();
    return new Promise((resolve) => this.#room.push(resolve));
  }

  #release(): void {
    for (const go of this.#room.splice(0)) go();
  }

  async #run(): Promise<void> {
    try {
      await this.options.scheduler.yield();
      while (!this.#stopping.signal.aborted && this.#events.length + this.#facts.length > 0) {
        const events = merged(this.#events.splice(0));
        const facts = merged(this.#facts.splice(0));
        this.#release();
        const touched = await this.#apply(events, facts);
        if (touched === undefined) return;
        for (const { after } of [...events, ...facts]) this.#applied.set(nameOf(after.topic, after.partition), after.offset);
        this.#wake();
        this.options.onApplied(touched, facts.flatMap(({ items }) => items.map(({ item }) => item)));
        await this.#pause();
      }
    } finally {
      // In the same turn as the last look at what has come: who came in between would find it running, and be left lying.
      this.#running = undefined;
    }
  }

  async #pause(): Promise<void> {
    if (this.#waiters.length > 0 || this.#events.length + this.#facts.length >= queuedMax) return;
    this.#hurry = new AbortController();
    await this.options.scheduler.sleep(this.options.paceMs ?? 100, this.#hurry.signal).catch(() => undefined);
    this.#hurry = undefined;
  }

  async #apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<readonly AttemptId[] | undefined> {
    const { store, scheduler, logger, onFatal } = this.options;
    for (let waitMs = 100; ; waitMs = Math.min(retryMsMax, waitMs * 2)) {
      try {
        const touched = await store.apply(events, facts);
        if (this.#problem !== undefined) logger.info({}, "the rows can be written again");
        this.#problem = undefined;
        return touched;
      } catch (error) {
        if (isLost(error)) {
          onFatal(error);
          return undefined;
        }
        if (this.#problem === undefined) logger.warn({ error }, "the rows cannot be written, trying again");
        this.#problem = "the database does not take rows";
        const go = await scheduler.sleep(waitMs, this.#stopping.signal).then(
          () => true,
          () => false,
        );
        if (!go) return undefined;
      }
    }
  }

  #wake(): void {
    const left: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.offset <= (this.#applied.get(waiter.name) ?? 0)) waiter.resolve();
      else left.push(waiter);
    }
    this.#waiters = left;
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Table or schema gone: rows were dropped, perhaps to be rebuilt. */
const isLost = (error: unknown): boolean =>
  error instanceof RowsLostError || ["42P01", "3F000", "3D000"].includes((error as { code?: string } | undefined)?.code ?? "");

const merged = <Item>(batches: readonly Batch<Item>[]): readonly Batch<Item>[] => {
  const byPartition = new Map<number, Batch<Item>>();
  for (const batch of batches) {
    const before = byPartition.get(batch.after.partition);
    const whole = before === undefined ? batch : { from: before.from, after: batch.after, items: [...before.items, ...batch.items] };
    byPartition.set(batch.after.partition, whole);
  }
  return [...byPartition.values()];
};
