import { build, type Histogram } from "hdr-histogram-js";

const microseconds = 1_000;

/** Latencies with three digits, up to two minutes. */
export class Latencies {
  private readonly histogram: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });

  add(ms: number): void {
    this.histogram.recordValue(Math.min(120_000_000, Math.max(1, Math.round(ms * microseconds))));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  ms(percentile: number): number {
    return this.count === 0 ? 0 : Math.round(this.histogram.getValueAtPercentile(percentile) / 10) / 100;
  }
}
