import type { ChainPosition, ChainRecord, ChainTail } from "@malipo/event-log";
import { type Instant, later } from "@malipo/kernel";
import type { Logger, Scheduler } from "@malipo/ports";
import type { Checkpoint, CheckpointMove, MerchantEventRow, MerchantEventsWriter } from "@malipo/projections";

type Pending = { from: number; records: ChainRecord[]; after: ChainPosition };
/** Which merchants' events are in the table now, whoever wrote them there. */
export type ProjectedListener = (partition: number, aggregateIds: readonly string[]) => void;

const RETRY_MS = 500;
const WATCH_MS = 2_000;

/** The database was emptied or restored under a running process, which must be started again to rebuild from the log. */
export class TableEmptiedError extends Error {
  readonly code = "table_emptied";
}

/**
 * Writes valid records of merchants.events.v1 to their table, with the checkpoint in the same transaction. Every instance
 * tries; who comes second finds the checkpoint moved, reads where it is, and drops what is written already.
 */
export class MerchantsProjector {
  private readonly pending = new Map<number, Pending>();
  private readonly checkpoints = new Map<number, number>();
  private readonly waiters = new Set<{ partition: number; offset: number; resolve: () => void }>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly tail: ChainTail,
    private readonly table: MerchantEventsWriter,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
    private readonly onProjected: ProjectedListener,
    private readonly onFatal: (error: unknown) => void,
  ) {}

  /** Subscribes; the tail is to be started from what this returns. */
  async start(): Promise<ReadonlyMap<number, Checkpoint>> {
    const from = await this.table.load();
    for (const [partition, { offset }] of from) this.checkpoints.set(partition, offset);
    this.tail.subscribe((partition, records, after) => this.take(partition, records, after));
    void this.watch();
    return from;
  }

  /** An emptied table holds every decision back, so no record comes that would let us notice it: it is looked at instead. */
  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.scheduler.sleep(WATCH_MS, signal).catch(() => undefined);
      if (!signal.aborted && this.running === undefined) await this.reload();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("the projector is stopped"));
    await this.running;
  }

  /** Resolves once the table has everything before the offset. */
  whenProjected(partition: number, offset: number): Promise<void> {
    if (this.checkpoint(partition) >= offset) return Promise.resolve();
    return new Promise((resolve) => this.waiters.add({ partition, offset, resolve }));
  }

  private checkpoint(partition: number): number {
    return this.checkpoints.get(partition) ?? 0;
  }

  private take(partition: number, records: readonly ChainRecord[], after: ChainPosition): Promise<void> | undefined {
    const pending = this.pending.get(partition);
    if (pending === undefined) this.pending.set(partition, { from: this.checkpoint(partition), records: [...records], after });
    else {
      pending.records.push(...records);
      pending.after = after;
    }
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    await this.scheduler.yield();
    while (this.pending.size > 0 && !this.stopping.signal.aborted) {
      const batch = new Map(this.pending);
      this.pending.clear();
      while (!(await this.write(batch))) {
        if (this.stopping.signal.aborted) break;
        await this.scheduler.sleep(RETRY_MS, this.stopping.signal).catch(() => undefined);
      }
      // Also for what another instance had written before this one came to it: it may be this one's to publish.
      if (this.stopping.signal.aborted) break;
      for (const [partition, { records }] of batch) this.onProjected(partition, records.map(({ key }) => key));
    }
    this.running = undefined; // in the same turn as the last look, or what came just now would wait for the next event
  }

  /** True once the whole batch is in the table, by us or by another instance. */
  private async write(batch: ReadonlyMap<number, Pending>): Promise<boolean> {
    const todo = [...batch].filter(([partition, { after }]) => after.offset > this.checkpoint(partition));
    if (todo.length === 0) return true;
    const rows: MerchantEventRow[] = [];
    const moves: CheckpointMove[] = [];
    for (const [partition, { records, after }] of todo) {
      const from = this.checkpoint(partition);
      const fresh = records.filter(({ offset }) => offset >= from);
      rows.push(...fresh.map(rowOf));
      moves.push({ partition, from, to: { ...after, ...marksOf(fresh) } });
    }
    const outcome = await this.table.apply(rows, moves);
    if (outcome.kind === "ok") {
      this.moved(todo.map(([partition, { after }]) => [partition, after.offset]));
    } else {
      if (outcome.kind !== "stale") this.logger.warn({ error: outcome.cause }, "merchants cannot be projected now");
      await this.reload();
    }
    return todo.every(([partition, { after }]) => this.checkpoint(partition) >= after.offset);
  }

  private async reload(): Promise<void> {
    try {
      const seen = [...this.checkpoints]; // before asking: a batch may be written meanwhile
      const stored = await this.table.load();
      const lost = seen.some(([partition, offset]) => (stored.get(partition)?.offset ?? 0) < offset);
      // What was written before is gone, and the tail does not go back: only a start from the beginning fills it again.
      if (lost) return this.onFatal(new TableEmptiedError("the table of merchants' events is behind what was written to it"));
      this.moved([...stored].map(([partition, { offset }]) => [partition, offset]));
    } catch (error) {
      this.logger.warn({ error }, "the checkpoints of merchants cannot be read now");
    }
  }

  private moved(to: readonly (readonly [partition: number, offset: number])[]): void {
    for (const [partition, offset] of to) this.checkpoints.set(partition, Math.max(offset, this.checkpoint(partition)));
    for (const waiter of this.waiters) {
      if (this.checkpoint(waiter.partition) < waiter.offset) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

const rowOf = ({ partition, offset, key, value, envelope }: ChainRecord): MerchantEventRow => ({
  partition,
  offset,
  account: envelope.account!,
  aggregateId: key,
  aggregateVersion: envelope.aggregateVersion!,
  type: envelope.type,
  value,
  ...(envelope.causation !== undefined && { causation: envelope.causation }),
});

const marksOf = (records: readonly ChainRecord[]): Partial<Checkpoint> => {
  let commandCursor: number | undefined;
  let lastAt: Instant | undefined;
  for (const { envelope } of records) {
    if (envelope.commandOffset !== undefined) commandCursor = Math.max(commandCursor ?? 0, envelope.commandOffset);
    lastAt = lastAt === undefined ? envelope.time : later(lastAt, envelope.time);
  }
  return { ...(commandCursor !== undefined && { commandCursor }), ...(lastAt !== undefined && { lastAt }) };
};
