import type { ProcessorTimes } from "./measure/processor-time.js";
import type { LoadResult } from "./workloads/run-load.js";

const services = ["payment-intake", "provider-router", "callback-dispatcher", "auth-token", "reconciliation"];

export interface Measured {
  readonly workload: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly load: LoadResult;
  readonly refused: ReadonlyMap<string, number>;
  /** While the load ran and until all of it was over. */
  readonly times: ProcessorTimes;
  /** What each uses in a second in which nothing happens; part of `times` too. */
  readonly idle: ProcessorTimes;
  readonly controlMicroseconds: number;
  readonly faults: readonly string[];
}

/** A backlog that takes longer than this to work off was growing: the rate was too high. */
const tailMsMax = 2_000;

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

const sumOf = (times: ProcessorTimes, names: readonly string[]): number => names.reduce((sum, name) => sum + (times[name] ?? 0), 0);

const per1000 = ({ times, load }: Measured, names: readonly string[]): number =>
  load.operations === 0 ? 0 : (sumOf(times, names) / load.operations) * 1_000;

/** The one line that programs read. */
export const summaryOf = (measured: Measured) => {
  const { workload, seconds, load, controlMicroseconds, faults } = measured;
  const total = per1000(measured, [...services, "kafka", "postgres"]);
  return {
    workload,
    seconds,
    operations: load.operations,
    perSecond: rounded(load.perSecond, 1),
    p50Ms: load.latencies.ms(50),
    p99Ms: load.latencies.ms(99),
    cpuSecondsPer1000: {
      total: rounded(total, 3),
      services: rounded(per1000(measured, services), 3),
      kafka: rounded(per1000(measured, ["kafka"]), 3),
      postgres: rounded(per1000(measured, ["postgres"]), 3),
    },
    controlMicrosecondsPerRequest: rounded(controlMicroseconds, 1),
    ratio: controlMicroseconds === 0 ? 0 : rounded((total * 1_000) / controlMicroseconds, 1),
    audit: faults.length === 0 ? "ok" : "failed",
  };
};

const row = (what: string, value: string | number, unit = ""): string => `  ${what.padEnd(34)}${String(value).padStart(12)} ${unit}`;

export const tableOf = (measured: Measured): readonly string[] => {
  const { workload, ratePerSecond, seconds, load, refused, controlMicroseconds } = measured;
  const { latencies } = load;
  const kept = load.tailMs <= tailMsMax && refused.size === 0;
  const each = [...services, "kafka", "postgres", "provider-sandbox"];
  return [
    "",
    `${workload}: ${workload === "W3" ? "create to delivered callback" : "create, acknowledged"}, ${ratePerSecond}/s for ${seconds} s`,
    "",
    row("intended", load.intended),
    row("done", load.operations),
    row("per second", rounded(load.perSecond, 1)),
    ...[50, 90, 99, 99.9, 100].map((percentile) => row(percentile === 100 ? "slowest" : `p${percentile}`, latencies.ms(percentile), "ms from the intended time")),
    row("generator late by at most", rounded(load.sendLateMsMax, 1), "ms"),
    ...[...refused].map(([why, count]) => row(`answered ${why}`, count)),
    "",
    "  processor seconds per 1,000 operations",
    ...each.map((name) => row(`  ${name}`, per1000(measured, [name]).toFixed(3), name === "provider-sandbox" ? "(not counted)" : "")),
    row("  total", per1000(measured, [...services, "kafka", "postgres"]).toFixed(3)),
    row("all of them, idle, in a second", sumOf(measured.idle, [...services, "kafka", "postgres"]).toFixed(3), "processor seconds, contained in the above"),
    row("a bare Fastify POST", rounded(controlMicroseconds, 1), "µs of processor"),
    "",
    kept
      ? "The rate was kept."
      : `The rate was NOT kept: ${rounded(load.perSecond, 1)}/s of the ${ratePerSecond}/s that were asked for, the last ${rounded(load.tailMs / 1_000, 1)} s after it was due; the latencies count the waiting.`,
  ];
};
