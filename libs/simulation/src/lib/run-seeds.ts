import { systemClock } from "@malipo/runtime";
import type { Violation } from "./judges/journals.js";
import { type SeedResult, runSeed } from "./world/run-seed.js";
import type { Plant } from "./world/surroundings.js";

type Say = (line: string) => void;
export type SeedsOptions = Readonly<{ from: number; seeds: number; plant?: Plant | undefined; say: Say }>;

export const plants: readonly Plant[] = ["caller_check_off", "bare_acknowledgement", "sequence_number"];

const progressEveryMs = 10_000;
const faultsShownMax = 10;

/** Seed after seed until one breaks a rule. Whether none did. */
export const simulate = async ({ from, seeds, plant, say }: SeedsOptions): Promise<boolean> => {
  const pace = new Pace(say);
  let events = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await runSeed(seed, { plant });
    if (result.violations.length + result.unfinished.length > 0) {
      sayFaults(result, say);
      say(`replay: npm run simulate -- --seed ${seed}${plant === undefined ? "" : ` --plant ${plant}`} --trace`);
      say(`simulate: seed ${seed} broke ${result.violations.length + result.unfinished.length} rules`);
      return false;
    }
    events += result.events;
    pace.done(seed - from + 1, seeds);
  }
  say(`${events} events, ${pace.rate(seeds)} seeds/s`);
  say(`simulate: ${seeds} seeds, 0 violations`);
  return true;
};

/** One seed, with its hash: the same seed always ends with the same. */
export const replay = async ({ seed, plant, trace, say }: Readonly<{ seed: number; plant?: Plant | undefined; trace?: Say | undefined; say: Say }>): Promise<boolean> => {
  const result = await runSeed(seed, { plant, trace });
  const { payments, events, boots, steps, simulatedMs, violations, unfinished, hash } = result;
  const faults = [...violations, ...unfinished];
  sayFaults(result, say);
  say(`${payments} payments, ${events} events, ${boots} boots, ${steps} steps, ${Math.round(simulatedMs / 1_000)} simulated seconds`);
  say(`simulate: seed ${seed}, hash ${hash}, ${faults.length} violations`);
  return faults.length === 0;
};

/** Each planted bug must turn a judge red within the seeds: a judge that stays green with it in place judges nothing. */
export const controls = async ({ from, seeds, say }: SeedsOptions): Promise<boolean> => {
  let caught = 0;
  for (const plant of plants) {
    const red = await firstRed(plant, from, seeds);
    if (red !== undefined) caught += 1;
    say(red === undefined ? `${plant}: not caught within ${seeds} seeds` : `${plant}: caught by seed ${red.seed}: ${textOf(red.fault)}`);
  }
  say(`controls: ${caught}/${plants.length} caught`);
  return caught === plants.length;
};

/** A process that notices by itself and gives up is no judge: what counts is what the journals show. */
export const firstRed = async (plant: Plant, from: number, seeds: number): Promise<{ seed: number; fault: Violation } | undefined> => {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { violations, unfinished } = await runSeed(seed, { plant });
    const faults = [...violations, ...unfinished];
    const fault = faults.find(({ rule }) => rule !== "no process gives up");
    if (fault !== undefined) return { seed, fault };
  }
  return undefined;
};

const textOf = ({ rule, subject, how }: Violation): string => `${rule}: ${subject}: ${how}`;

const sayFaults = ({ violations, unfinished }: SeedResult, say: Say): void => {
  const faults = [...violations, ...unfinished];
  for (const fault of faults.slice(0, faultsShownMax)) say(textOf(fault));
  if (faults.length > faultsShownMax) say(`and ${faults.length - faultsShownMax} more`);
};

class Pace {
  readonly #startedMs = systemClock.monotonicMs();
  #toldMs = this.#startedMs;

  constructor(private readonly say: Say) {}

  done(count: number, of: number): void {
    if (systemClock.monotonicMs() - this.#toldMs < progressEveryMs) return;
    this.#toldMs = systemClock.monotonicMs();
    this.say(`${count} of ${of} seeds, ${this.rate(count)} seeds/s`);
  }

  rate(count: number): string {
    return ((count * 1_000) / (systemClock.monotonicMs() - this.#startedMs)).toFixed(1);
  }
}
