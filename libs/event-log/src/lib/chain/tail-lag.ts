import type { Clock, Metrics } from "@malipo/ports";
import type { ChainTail } from "./chain-tail.js";

/**
 * How far a tail is behind the log, in seconds: since when a record has been there that it has not handed on yet. Looked
 * at from outside, by the ends of the log, since a tail that is stuck says nothing itself.
 */
export class TailLag {
  /** By partition: an end that was seen and is not reached yet, and when it was seen first. */
  readonly #unreached = new Map<number, Readonly<{ end: number; seenAtMs: number }>>();

  constructor(
    private readonly tail: Pick<ChainTail, "topic" | "ends" | "position">,
    private readonly clock: Pick<Clock, "monotonicMs">,
    private readonly metrics: Metrics,
  ) {}

  /** Rejects when the log does not answer. */
  async look(): Promise<void> {
    const { tail, clock } = this;
    const ends = await tail.ends.latest();
    const nowMs = clock.monotonicMs();
    let lagMs = 0;
    for (const [partition, { end }] of ends) {
      const { offset } = tail.position(partition);
      const waited = this.#unreached.get(partition);
      if (waited !== undefined && offset < waited.end) {
        lagMs = Math.max(lagMs, nowMs - waited.seenAtMs);
        continue;
      }
      if (offset < end) this.#unreached.set(partition, { end, seenAtMs: nowMs });
      else this.#unreached.delete(partition);
    }
    this.metrics.gauge("log_lag_seconds", lagMs / 1000, { topic: tail.topic, consumer: "tail" });
  }
}
