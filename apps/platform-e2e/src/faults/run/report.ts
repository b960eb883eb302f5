import { isSurvived, verdictOf, type Verdict } from "./verdict.js";
import { recoveryBoundMs, type FaultRun } from "./run-fault.js";

const seconds = (ms: number | undefined): string => (ms === undefined ? "–" : (ms / 1_000).toFixed(1));
const count = (runs: readonly FaultRun[], verdict: Verdict): number => runs.flatMap(({ violations }) => violations).filter((each) => verdictOf(each) === verdict).length;
const shownMax = 5;

/** What is said of one run as soon as it is over. */
export const lineOf = (run: FaultRun): string => {
  if (run.skipped !== undefined) return `skipped: ${run.skipped}`;
  const recovery = run.unsteady ? "recovery not measured: creates were too slow before the fault already" : `accepting again after ${seconds(run.recoveryMs)} s`;
  const parts = [`${run.paymentsUnderFault} payments under fault`, recovery];
  if (run.recoveryMissed) parts.push(`later than ${seconds(recoveryBoundMs[run.fault.group])} s`);
  if (run.broken !== undefined) parts.push(`BROKEN: ${run.broken}`);
  if (run.violations.length > 0) parts.push(`NOT SURVIVED: ${run.violations.length} broken rules`);
  else if (run.broken === undefined) parts.push("no rule broken so far");
  return parts.join(", ");
};

const violationLines = ({ violations }: FaultRun): readonly string[] => [
  ...violations.slice(0, shownMax).map(({ rule, subject, how }) => `  ${rule}: ${subject}: ${how}`),
  ...(violations.length > shownMax ? [`  and ${violations.length - shownMax} more`] : []),
];

const table = (lines: readonly (readonly string[])[]): readonly string[] => {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "));
};

/** By fault, over all seeds; the last line is the one that scripts read. */
export const reportOf = (runs: readonly FaultRun[]): readonly string[] => {
  const ran = runs.filter(({ skipped }) => skipped === undefined);
  const names = [...new Set(ran.map(({ fault }) => fault.name))];
  const rows = names.map((name) => {
    const own = ran.filter(({ fault }) => fault.name === name);
    const slowest = own.some(({ recoveryMs }) => recoveryMs === undefined) ? undefined : Math.max(...own.map(({ recoveryMs }) => recoveryMs!));
    return [
      name,
      `${own.filter(isSurvived).length}/${own.length}`,
      String(own.reduce((sum, { paymentsUnderFault }) => sum + paymentsUnderFault, 0)),
      ...(["lost", "doubled", "stuck", "other"] as const).map((verdict) => String(count(own, verdict))),
      `${seconds(slowest)}${own.some(({ recoveryMissed }) => recoveryMissed) ? " !" : ""}`,
    ];
  });
  const skipped = runs.filter((run) => run.skipped !== undefined).map(({ fault, seed, skipped: why }) => `skipped: ${fault.name} (seed ${seed}): ${why}`);
  const bad = ran.filter((run) => !isSurvived(run));
  const missed = ran.filter(({ recoveryMissed }) => recoveryMissed);
  const unsteady = ran.filter((run) => run.unsteady).map(({ fault, seed }) => `recovery not measured, creates were too slow before the fault already: ${fault.name} (seed ${seed})`);
  return [
    "",
    ...table([["fault", "survived", "payments", "lost", "doubled", "stuck", "other", "recovery s"], ...rows]),
    "",
    ...new Set(skipped),
    ...unsteady,
    ...bad.flatMap((run) => [`not survived: ${run.fault.name} (seed ${run.seed})${run.broken === undefined ? "" : `: ${run.broken}`}`, ...violationLines(run)]),
    ...missed.map(({ fault, seed, recoveryMs }) => `recovery too slow: ${fault.name} (seed ${seed}): ${seconds(recoveryMs)} s, bound ${seconds(recoveryBoundMs[fault.group])} s`),
    `faults: ${ran.length - bad.length}/${ran.length} survived, lost ${count(ran, "lost")}, doubled ${count(ran, "doubled")}, stuck ${count(ran, "stuck")}`,
  ];
};
