import type { Clock, Scheduler } from "@malipo/ports";

/** From here on waiting longer saves a quarter of the processor time, and below it nothing. */
const busyFrom = 10;

/**
 * Spaces the sends of one topic: what costs is requests, not records. The first goes at once, then at most one per 5 ms, one
 * per 10 ms when more than a few records come in that time.
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

  /** Called as the send goes, with how many records waited for it. */
  sent(waited: number): void {
    this.#nextAtMs = this.clock.monotonicMs() + (waited >= busyFrom ? this.maxMs : this.minMs);
  }
}
