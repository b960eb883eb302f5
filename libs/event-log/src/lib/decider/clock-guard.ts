import { type Instant, later } from "@malipo/kernel";
import type { Clock } from "@malipo/ports";
import { ClockOffError } from "./decider-config.js";

/**
 * Keeps a decider to the broker's time. An append tells how far off the clock is, but only when it has been recorded; and a
 * time recorded once in the future holds its whole partition there, since time in a partition never goes back. So a step
 * is noticed before: wall and monotonic time go on together, and where they part, one of them was set.
 */
export class ClockGuard {
  #wall: Instant;
  #monotonicMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly skewMaxMs: number,
  ) {
    this.#wall = clock.now();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** Whether the clock was stepped since it was last known to be right. */
  stepped(): ClockOffError | undefined {
    const offMs = this.clock.now() - this.#wall - (this.clock.monotonicMs() - this.#monotonicMs);
    return Math.abs(offMs) > this.skewMaxMs ? new ClockOffError(offMs) : undefined;
  }

  /** What the broker's time of an append says, which left here at `sentAt`; the clock is known to be right where it says nothing. */
  compared(sentAt: Instant, appendedAtMs: number): ClockOffError | undefined {
    const now = later(this.clock.now(), sentAt);
    const offMs = appendedAtMs < sentAt ? sentAt - appendedAtMs : appendedAtMs > now ? appendedAtMs - now : 0;
    if (offMs > this.skewMaxMs) return new ClockOffError(offMs);
    // Stepped while the append was out, it would pass for one that took its time.
    const stepped = this.stepped();
    if (stepped !== undefined) return stepped;
    this.#wall = this.clock.now();
    this.#monotonicMs = this.clock.monotonicMs();
    return undefined;
  }
}
