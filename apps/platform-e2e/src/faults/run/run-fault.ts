import { setTimeout as delay } from "node:timers/promises";
import type { Violation } from "@malipo/simulation/judges";
import { choiceOf } from "../choice.js";
import type { FaultCase, FaultGroup } from "../fault.js";
import { OfferedLoad } from "../load/offered-load.js";
import { acceptedWithinMs, recoveryMs, usualMs } from "./recovery.js";
import type { Stage } from "./stage.js";

export interface Timing {
  readonly perSecond: number;
  /** Load after the recovery from the fault. */
  readonly afterMs: number;
}

export interface FaultRun {
  readonly fault: FaultCase;
  readonly seed: number;
  /** Numbers the runs on one platform, so that a payment names the fault it was made under. */
  readonly run: number;
  skipped?: string;
  paymentsUnderFault: number;
  /** Undefined where it was not measured, or did not happen in time. */
  recoveryMs?: number;
  recoveryMissed: boolean;
  /** Creates were slow before the fault already, by whatever else the machine does: then nothing can be said of a recovery. */
  unsteady: boolean;
  readonly violations: Violation[];
  /** The platform did not come back, or the fault could not be injected at all. */
  broken?: string;
}

const second = 1_000;
/** After a crash, or from the end of what was done to it, until creates are accepted as before. */
export const recoveryBoundMs: Readonly<Record<FaultGroup, number>> = {
  service: 8 * second,
  // An owner whose clock is wrong gives its partitions up and asks only now and then whether it is right again.
  clock: 30 * second,
  provider: 8 * second,
  merchant: 8 * second,
  broker: 30 * second,
  database: 30 * second,
  link: 30 * second,
};
const measuredUntilMs = 60 * second;
const beforeMs = 4 * second;
/** Creates that take longer without any fault say that the machine has no time for us. */
const usualMaxMs = 3 * second;

/** A run of which nothing is known yet. */
export const unmeasured = (fault: FaultCase, seed: number, run: number): FaultRun => ({
  fault, seed, run, paymentsUnderFault: 0, recoveryMissed: false, unsteady: false, violations: [],
});

/** One fault under load, from the first payment to the last answer; what the judges say comes from elsewhere. */
export const runFault = async (stage: Stage, fault: FaultCase, seed: number, run: number, timing: Timing): Promise<FaultRun> => {
  const result = unmeasured(fault, seed, run);
  const choice = choiceOf(seed * 65_537 + run);
  const ground = stage.ground(choice);
  const skipped = await fault.skipped?.(ground);
  if (skipped !== undefined) return { ...result, skipped };

  const load = new OfferedLoad(stage.merchants, stage.client, choice, run, timing.perSecond);
  try {
    const usual = await usualBefore(stage);
    result.unsteady = usual === undefined;
    const askedBefore = stage.client.asked.length;
    const heal = await fault.inject(ground);
    const injectedMs = Date.now();
    try {
      await delay(fault.holdMs);
    } finally {
      await heal();
    }
    const fromMs = fault.holdMs === 0 ? injectedMs : Date.now();
    if (usual === undefined) await delay(recoveryBoundMs.service);
    else {
      const recovered = await measure(stage, fromMs, acceptedWithinMs(usual));
      if (recovered !== undefined) result.recoveryMs = recovered;
      result.recoveryMissed = recovered === undefined || recovered > recoveryBoundMs[fault.group];
    }
    result.paymentsUnderFault = stage.client.asked.length - askedBefore;
    await stage.awaitReady();
    await delay(timing.afterMs);
  } catch (error) {
    result.broken = error instanceof Error ? error.message : String(error);
  }
  await load.stop();
  return result;
};

/** How long creates take while nothing is wrong; undefined where that is too long to say anything of a recovery. */
const usualBefore = async ({ client }: Stage): Promise<number | undefined> => {
  const began = Date.now();
  await delay(beforeMs);
  const arrivals = client.arrivals.filter(({ atMs }) => atMs >= began && atMs < began + beforeMs - second);
  const end = Date.now() + usualMaxMs;
  while (usualMs(arrivals) === undefined && Date.now() < end) await delay(100);
  const usual = usualMs(arrivals);
  return usual === undefined || usual > usualMaxMs ? undefined : usual;
};

/** Looks again until the windows after the recovery are there to be seen. */
const measure = async ({ client }: Stage, fromMs: number, withinMs: number): Promise<number | undefined> => {
  while (Date.now() < fromMs + measuredUntilMs) {
    const recovered = recoveryMs(client.arrivals, fromMs, Date.now(), withinMs);
    if (recovered !== undefined) return recovered;
    await delay(250);
  }
  return undefined;
};
