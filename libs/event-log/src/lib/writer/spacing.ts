import type { Clock, Scheduler } from "@malipo/ports";

/**
 * Spaces the sends of one topic: what costs is requests, not records. The first goes at once, then at most one per 5 ms, one
 * per 10 ms when queues grow.
 */
export class Spacing {
  #nextAtMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly scheduler: Scheduler,
    private readonly minMs = 5,
    private readonly maxMs = 10,
  ) {}

  /** Resolves when the next send may go. */
  async turn(): Promise<void> {
    const waitMs = this.#nextAtMs - this.clock.monotonicMs();
    if (waitMs > 0) await this.scheduler.sleep(waitMs);
  }

  /** Called as the send goes; `busy` when the queue is longer than usual. */
  sent(busy: boolean): void {
    this.#nextAtMs = this.clock.monotonicMs() + (busy ? this.maxMs : this.minMs);
  }
}
