import type { ChainPosition, ChainRecord } from "@malipo/event-log";
import type { Checkpoint } from "@malipo/projections";

/** Records as they came together, and where the reader stood after them. */
export type Slice = Readonly<{ records: readonly ChainRecord[]; after: ChainPosition }>;

/**
 * What is still to be projected of one owned partition. `live`: fed by the process's tail; otherwise it reads by itself
 * from the database's checkpoint until it has reached that tail.
 */
export class PartitionLine {
  /** Where the database is known to stand; undefined until it was asked. */
  stored: Checkpoint | undefined;
  /** Everything before this offset is stored or queued. */
  queuedTo = 0;
  live = false;
  readonly queue: Slice[] = [];
  private records = 0;
  private era = new AbortController();
  private drained: PromiseWithResolvers<void> | undefined;

  constructor(readonly partition: number) {}

  get length(): number {
    return this.records;
  }

  /**
   * Lasts until the next `reset`. A catch-up or a commit that began before it speaks of a queue that is no more: what it
   * still pushed or took away would leave out records for ever.
   */
  get current(): AbortSignal {
    return this.era.signal;
  }

  /** Whether the records fill exactly what lies between two positions: the chain counts its valid records. */
  static unbroken(from: Checkpoint, slices: readonly Slice[]): boolean {
    const records = slices.reduce((sum, slice) => sum + slice.records.length, 0);
    return from.seq + records === slices.at(-1)!.after.seq;
  }

  push({ records, after }: Slice): void {
    const fresh = records.filter(({ offset }) => offset >= this.queuedTo);
    if (after.offset <= this.queuedTo) return;
    this.queue.push({ records: fresh, after });
    this.records += fresh.length;
    this.queuedTo = after.offset;
  }

  /** From the front, at least one slice, until `recordsMax` is reached. They stay until `done`. */
  front(recordsMax: number): readonly Slice[] {
    const taken: Slice[] = [];
    let count = 0;
    for (const slice of this.queue) {
      if (taken.length > 0 && count + slice.records.length > recordsMax) break;
      taken.push(slice);
      count += slice.records.length;
    }
    return taken;
  }

  done(slices: number, stored: Checkpoint): void {
    for (const { records } of this.queue.splice(0, slices)) this.records -= records.length;
    this.stored = stored;
    this.wake();
  }

  /** Forgets what was queued; the log still has it. */
  reset(): void {
    this.queue.length = 0;
    this.records = 0;
    this.live = false;
    this.stored = undefined;
    this.era.abort();
    this.era = new AbortController();
    this.wake();
  }

  /** Resolves when something was taken from the queue. */
  whenDrained(): Promise<void> {
    return (this.drained ??= Promise.withResolvers<void>()).promise;
  }

  private wake(): void {
    this.drained?.resolve();
    this.drained = undefined;
  }
}
