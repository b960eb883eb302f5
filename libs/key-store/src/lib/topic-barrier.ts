import type { EventLog } from "@malipo/ports";

type Waiter = { left: Map<number, number>; resolve: () => void; reject: (why: unknown) => void };

/**
 * How far one tail of a topic has come, and waiting for it. `caughtUp` resolves once everything that was in the log when
 * it was called has been read; calls that come while the end is being asked share the next question.
 */
export class TopicBarrier {
  private readonly positions = new Map<number, number>();
  private readonly waiters = new Set<Waiter>();
  private asking: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
  ) {}

  /** Asks where the log stands, and says from where to tail. */
  async begin(): Promise<Map<number, number>> {
    const ends = await this.log.ends(this.topic);
    for (const [partition, { start }] of ends) this.positions.set(partition, start);
    return new Map(this.positions);
  }

  advance(partition: number, nextOffset: number): void {
    if (nextOffset <= (this.positions.get(partition) ?? 0)) return;
    this.positions.set(partition, nextOffset);
    for (const waiter of this.waiters) {
      const end = waiter.left.get(partition);
      if (end === undefined || nextOffset < end) continue;
      waiter.left.delete(partition);
      if (waiter.left.size === 0) {
        this.waiters.delete(waiter);
        waiter.resolve();
      }
    }
  }

  position(partition: number): number {
    return this.positions.get(partition) ?? 0;
  }

  caughtUp(): Promise<void> {
    if (this.asking === undefined) return (this.asking = this.ask().finally(() => (this.asking = undefined)));
    // The end under way was asked before this call came, so it proves nothing about it: the next one does.
    this.queued ??= this.asking
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        return this.caughtUp();
      });
    return this.queued;
  }

  /** Ends all waiting with a fault, when the tail stops. */
  close(why: Error): void {
    for (const waiter of this.waiters) waiter.reject(why);
    this.waiters.clear();
  }

  private async ask(): Promise<void> {
    const ends = await this.log.ends(this.topic);
    const left = new Map<number, number>();
    for (const [partition, { end, start }] of ends) {
      if (Math.max(this.position(partition), start) < end) left.set(partition, end);
    }
    if (left.size === 0) return;
    await new Promise<void>((resolve, reject) => this.waiters.add({ left, resolve, reject }));
  }
}
