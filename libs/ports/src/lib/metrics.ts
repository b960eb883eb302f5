export type Labels = Readonly<Record<string, string | number>>;

/** Counters, gauges, and histograms by name; the adapter exposes them as Prometheus text. Names end in their unit. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  gauge(name: string, value: number, labels?: Labels): void;
  /** A duration in seconds. */
  observe(name: string, seconds: number, labels?: Labels): void;
}
