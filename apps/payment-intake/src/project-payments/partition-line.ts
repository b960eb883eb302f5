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
  /** Ends a catch-up that is no longer wanted. */
  readonly stopped = new AbortController();
  private drained: PromiseWithResolvers<void> | undefined;

  constructor(readonly partition: number) {}

  get length(): number {
    return this.records;
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
