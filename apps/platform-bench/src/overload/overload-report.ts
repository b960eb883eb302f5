import type { ProcessorTimes } from "../measure/processor-time.js";
import type { PhaseResult } from "./phase.js";

export interface OverloadMeasured {
  /** Creates a second of which 99 % are accepted within 2 s and everything is completed as fast as it comes. */
  readonly capacity: number;
  readonly over: PhaseResult;
  readonly after: PhaseResult;
  /** From the end of the last phase until every acknowledged payment was completed. */
  readonly drainMs: number;
  /** Processor seconds by process while overloaded. */
  readonly times: ProcessorTimes;
  /** Most megabytes held by process from the overload to the end. */
  readonly memory: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly faults: readonly string[];
}

const recoveredShare = 0.95;

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** The one line that programs read. */
export const overloadSummary = ({ capacity, over, after, drainMs, acknowledged, faults }: OverloadMeasured) => {
  const goodput = over.book.goodPerSecond(over.seconds);
  return {
    workload: "overload",
    seconds: over.seconds,
    capacityPerSecond: capacity,
    askedPerSecond: over.ratePerSecond,
    goodPerSecond: rounded(goodput, 1),
    goodputShare: rounded(goodput / capacity),
    answers: Object.fromEntries(over.book.byStatus),
    withoutRetryAfter: over.book.withoutRetryAfter + after.book.withoutRetryAfter,
    acceptedP99Ms: over.book.accepted.ms(99),
    refusedP99Ms: over.book.refusals.ms(99),
    recoverySeconds: after.book.secondsUntilKept(recoveredShare) ?? null,
    drainSeconds: rounded(drainMs / 1_000, 1),
    generatorShare: rounded(over.generatorShare),
    acknowledged,
    audit: faults.length === 0 ? "ok" : "failed",
  };
};

const row = (what: string, value: string | number, unit = ""): string => `  ${what.padEnd(40)}${String(value).padStart(10)} ${unit}`;

export const overloadTable = (measured: OverloadMeasured): readonly string[] => {
  const { over, times, memory } = measured;
  const told = overloadSummary(measured);
  const { book } = over;
  return [
    "",
    `overload: ${over.ratePerSecond}/s for ${over.seconds} s where ${told.capacityPerSecond}/s are kept, then half of that`,
    "",
    row("accepted within 2 s, a second", told.goodPerSecond, `= ${told.goodputShare} of the capacity`),
    ...[...book.byStatus].map(([status, count]) => row(`answered ${status}`, count, `${rounded((100 * count) / book.intended, 1)} %`)),
    row("refused without Retry-After", told.withoutRetryAfter),
    ...[50, 99].map((percentile) => row(`p${percentile} of the accepted`, book.accepted.ms(percentile), "ms from the intended time")),
    ...[50, 99].map((percentile) => row(`p${percentile} of the refused`, book.refusals.ms(percentile), "ms")),
    row("95 % accepted again after", told.recoverySeconds ?? "never", "s"),
    row("everything completed", told.drainSeconds, "s after the last phase"),
    row("generator's share of the processors", told.generatorShare, `late by at most ${rounded(over.sendLateMsMax, 0)} ms`),
    "",
    "  processor seconds while overloaded, and the most memory held",
    ...Object.keys(times).map((name) => row(`  ${name}`, rounded(times[name] ?? 0, 1), `s  ${memory[name] ?? 0} MB`)),
  ];
};
