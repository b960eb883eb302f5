import type { Clock } from "@malipo/ports";

const BURST = 20;
const REFILL_MS = 1_000;
const SOURCES_MAX = 50_000;

/**
 * Counts failed credentials by source: twenty at once, then one a second (GCRA). Only failures are counted and only
 * failures are turned away, so that a guesser behind a shared address locks nobody out.
 */
export class FailedCredentials {
  private readonly arrivals = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds to wait when this failure is one too many; undefined while it is not. */
  count(source: string): number | undefined {
    const now = this.clock.monotonicMs();
    const arrival = Math.max(now, this.arrivals.get(source) ?? 0);
    const early = arrival - now - (BURST - 1) * REFILL_MS;
    if (early > 0) return early;
    this.arrivals.delete(source);
    if (this.arrivals.size >= SOURCES_MAX) this.arrivals.delete(this.arrivals.keys().next().value!);
    this.arrivals.set(source, arrival + REFILL_MS);
    return undefined;
  }
}
