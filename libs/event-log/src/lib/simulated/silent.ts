import type { Logger, Metrics } from "@malipo/ports";

/** Logs nothing. */
export const silentLogger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Counts, for checkers; gauges and durations are dropped. */
export class CountingMetrics implements Metrics {
  readonly counts = new Map<string, number>();

  count(name: string, labels: Readonly<Record<string, string | number>> = {}, by = 1): void {
    const key = [name, ...Object.values(labels)].join(" ");
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  gauge(): void {
    // not needed by any checker
  }

  observe(): void {
    // not needed by any checker
  }
}
