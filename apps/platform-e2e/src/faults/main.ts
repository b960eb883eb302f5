import { allFaults, quickFaults } from "./catalogue.js";
import { readOptions, usage, type FaultOptions } from "./options.js";
import { reportOf } from "./run/report.js";
import { runFaults, type Plan } from "./run/run-faults.js";
import { isSurvived } from "./run/verdict.js";

const began = performance.now();
const say = (line: string): void => console.log(`[${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s] ${line}`);

/** Links, clocks, and small disks to put faults on; and one token for the whole run, whose expiry is tried elsewhere. */
const common = { MALIPO_FAULT_LINKS: "1", TOKEN_TTL_S: "86400" };

/** The proof that a provider has nothing comes after more than the longest pause, or a paused caller could still send. */
const everyNight: Plan = {
  env: { ...common, PROVIDER_VISIBILITY_S: "65", RESOLVE_BY_S: "30" },
  perSecond: 16,
  afterMs: 4_000,
  faultsPerPlatform: 16,
  settledWithinMs: 180_000,
};
const quick: Plan = {
  ...everyNight,
  env: { ...common, PROVIDER_VISIBILITY_S: "15", RESOLVE_BY_S: "10" },
  afterMs: 2_000,
  settledWithinMs: 60_000,
};

const run = async ({ all, only, seeds, list, keep }: FaultOptions): Promise<boolean> => {
  const isFull = all || only.length > 0;
  const faults = (isFull ? allFaults : quickFaults).filter(({ name }) => only.length === 0 || only.some((text) => name.includes(text)));
  if (list || faults.length === 0) {
    for (const { name, group, holdMs } of isFull || list ? (only.length > 0 ? faults : allFaults) : faults) console.log(`${name}  (${group}, ${holdMs / 1_000} s)`);
    if (!list) console.error("no fault has such a name");
    return list;
  }
  if (keep) process.env["MALIPO_E2E_KEEP"] = "1";
  const runs = await runFaults(faults, seeds, isFull ? everyNight : quick, say);
  for (const line of reportOf(runs)) console.log(line);
  // The few are part of npm test, where what else the machine does decides about seconds: they are told there, not judged.
  return runs.every((each) => each.skipped !== undefined || (isSurvived(each) && !(isFull && each.recoveryMissed)));
};

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
