import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Violation } from "@malipo/simulation/judges";
import type { FaultCase } from "../fault.js";
import { lineOf } from "./report.js";
import { runFault, unmeasured, type FaultRun, type Timing } from "./run-fault.js";
import { Stage, type Judged } from "./stage.js";
import { isSurvived, Told } from "./verdict.js";

export interface Plan extends Timing {
  readonly env: Readonly<Record<string, string>>;
  /** A fresh platform after so many faults: the journals of one fit into memory, and its whole log is judged at its end. */
  readonly faultsPerPlatform: number;
  /** Within this everything has ended or is listed for a person, every change is told, and rows are what the log says. */
  readonly settledWithinMs: number;
}

type Say = (line: string) => void;

/** Does one fault after the other; what was made under one may come to rest while the next is on, and is judged in the end. */
export const runFaults = async (faults: readonly FaultCase[], seeds: readonly number[], plan: Plan, say: Say): Promise<readonly FaultRun[]> => {
  const left = seeds.flatMap((seed) => faults.map((fault) => ({ fault, seed })));
  const total = left.length;
  const results: FaultRun[] = [];
  while (left.length > 0) {
    say("starting a platform with second instances of intake, router, and dispatcher");
    const stage = await opened(plan, say).catch((error: unknown) => {
      const broken = `no platform could be started: ${String(error)}`;
      results.push(...left.splice(0).map(({ fault, seed }) => ({ ...unmeasured(fault, seed, 0), broken })));
      return undefined;
    });
    if (stage === undefined) break;
    try {
      const told = new Told();
      const own: FaultRun[] = [];
      while (left.length > 0 && own.length < plan.faultsPerPlatform && own.at(-1)?.broken === undefined) {
        const { fault, seed } = left.shift()!;
        say(`${total - left.length}/${total} ${fault.name} (seed ${seed}) …`);
        own.push(await once(stage, fault, seed, own.length, plan, told, say));
      }
      results.push(...own);
      // A skipped one is not judged: what is laid to it would be told to nobody.
      const ran = own.filter(({ skipped }) => skipped === undefined);
      await settle(stage, ran, plan, told, say).catch((error: unknown) => {
        ran.at(-1)!.broken ??= `it did not come to rest: ${String(error)}`;
      });
    } finally {
      try {
        stage.writeClientJournal();
      } catch (error) {
        say(`  the clients' journal could not be written: ${String(error)}`);
      }
      // What was found counts, however the platform ends; its guard takes care of what is left of it.
      await stage.close().catch((error: unknown) => say(`  the platform did not stop as it should: ${String(error)}`));
    }
  }
  return results;
};

/** A machine that is busy at the moment gets a second chance: the runs before this one are worth their report. */
const opened = async ({ env }: Plan, say: Say): Promise<Stage> => {
  const open = (): Promise<Stage> => Stage.open(mkdtempSync(join(tmpdir(), "malipo-faults-")), env);
  return open().catch((error: unknown) => {
    say(`  it did not start, once more: ${String(error)}`);
    return open();
  });
};

/** A recovery that took too long is measured again, once: other things run on the machine too. */
const once = async (stage: Stage, fault: FaultCase, seed: number, run: number, plan: Plan, told: Told, say: Say): Promise<FaultRun> => {
  const first = await judged(stage, fault, seed, run, plan, told, say);
  if (!first.recoveryMissed || first.broken !== undefined) return first;
  say("  measured once more");
  const second = await judged(stage, fault, seed, run, plan, told, say);
  const violations = [...first.violations, ...second.violations];
  return second.unsteady ? { ...first, violations } : { ...second, violations };
};

const judged = async (stage: Stage, fault: FaultCase, seed: number, run: number, plan: Plan, told: Told, say: Say): Promise<FaultRun> => {
  const result = await runFault(stage, fault, seed, run, plan);
  if (result.skipped === undefined) {
    const verdict = await judgedNow(stage, result);
    const fresh = told.fresh(verdict.violations);
    result.violations.push(...fresh);
    say(`  ${lineOf(result)}`);
    show(fresh, verdict, say);
  } else say(`  ${lineOf(result)}`);
  return result;
};

/** A log or a journal that cannot be read is a platform that did not come back. */
const judgedNow = (stage: Stage, result: FaultRun): Promise<Judged> =>
  stage.judge("stopped").catch((error: unknown) => {
    result.broken ??= `it cannot be judged: ${String(error)}`;
    return { violations: [], history: () => [] };
  });

/** One of each broken rule, with everything that happened to its payment. */
const show = (fresh: readonly Violation[], { history }: Judged, say: Say): void => {
  for (const rule of new Set(fresh.map((violation) => violation.rule))) {
    const broken = fresh.filter((violation) => violation.rule === rule);
    const [first] = broken as [Violation];
    say(`  ${rule}: ${broken.length} times, as with ${first.subject}: ${first.how}`);
    for (const line of history(first)) say(`    ${line}`);
  }
};

/** Lets everything come to rest, and lays what is wrong then to the fault under which it was made, or to the last. */
const settle = async (stage: Stage, runs: readonly FaultRun[], { settledWithinMs }: Plan, told: Told, say: Say): Promise<void> => {
  const last = runs.at(-1);
  if (last === undefined) return;
  const began = performance.now();
  say("waiting until everything has come to rest");
  let verdict = await stage.judge("settled");
  while (told.unknown(verdict.violations).length > 0 && performance.now() - began < settledWithinMs) {
    await delay(3_000);
    verdict = await stage.judge("settled");
  }
  const fresh = told.fresh([...verdict.violations, ...(await stage.leaks())]);
  show(fresh, verdict, say);
  for (const violation of fresh) {
    const run = stage.runOf(violation);
    (runs.find((each) => each.run === run) ?? last).violations.push(violation);
  }
  const bad = runs.filter((run) => !isSurvived(run)).length;
  say(`  at rest after ${((performance.now() - began) / 1_000).toFixed(0)} s: ${bad === 0 ? "no rule broken" : `${bad} of ${runs.length} faults not survived`}`);
};
