import type { Labels, Metrics } from "@malipo/ports";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

const help: Readonly<Record<string, string>> = {
  http_requests_total: "HTTP requests answered, by route and status",
  http_request_seconds: "Time from the request's last byte to the answer",
  decider_tick_seconds: "Duration of a decider tick: look-up, decisions, append",
  decider_commands_total: "Commands and timers whose decision stands in the log, by result",
  log_lag_seconds: "For how long a record has waited that this consumer has not taken yet, by topic and consumer",
  log_void_records_total: "Records that do not continue their chain and were skipped",
  callback_deliveries_total: "Callback attempts, by outcome",
  provider_outcomes_total: "Answers about the money, by provider and outcome",
};

/** Metrics of one process, exposed as Prometheus text. Labels of a name are fixed by its first use. */
export class PrometheusMetrics implements Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  count(name: string, labels: Labels = {}, by = 1): void {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ ...this.describe(name, labels), registers: [this.registry] });
      this.counters.set(name, counter);
    }
    counter.inc(labels, by);
  }

  gauge(name: string, value: number, labels: Labels = {}): void {
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ ...this.describe(name, labels), registers: [this.registry] });
      this.gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }

  observe(name: string, seconds: number, labels: Labels = {}): void {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
      histogram = new Histogram({ ...this.describe(name, labels), buckets, registers: [this.registry] });
      this.histograms.set(name, histogram);
    }
    histogram.observe(labels, seconds);
  }

  /** The Prometheus exposition text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private describe(name: string, labels: Labels) {
    return { name, help: help[name] ?? name.replaceAll("_", " "), labelNames: Object.keys(labels) };
  }
}

/** For specs and the simulation. */
export const noMetrics: Metrics = { count() {}, gauge() {}, observe() {} };
