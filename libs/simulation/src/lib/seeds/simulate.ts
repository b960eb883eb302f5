import type { SeedResult } from "../world/run-seed.js";
import type { Options } from "./options.js";
import { Pace } from "./pace.js";
import { brokenBy, textOf, violationLines } from "./report.js";
import { SeedThreads } from "./seed-threads.js";
import { Tally } from "./tally.js";

type Say = (line: string) => void;
type Simulate = Extract<Options, { kind: "simulate" }>;
type Replay = Extract<Options, { kind: "replay" }>;

/** Seed after seed until one breaks a rule. Whether none did. `stopped` ends it at once, with what was done so far. */
export const simulate = async ({ from, seeds, workers, bug, options }: Simulate, say: Say, stopped: AbortSignal): Promise<boolean> => {
  const threads = new SeedThreads(Math.min(workers, seeds), { bug, options });
  const pace = new Pace(say);
  const tally = new Tally();
  const sum = (): void => {
    tally.lines().forEach(say);
    say(`${pace.seconds.toFixed(1)} s on ${workers} threads, ${pace.rate(tally.seeds)} seeds/s`);
  };
  const interrupt = (): void => {
    sum();
    say(`simulate: interrupted after ${tally.seeds} of ${seeds} seeds, ${tally.violations} violations`);
  };
  stopped.addEventListener("abort", interrupt, { once: true });
  try {
    for await (const result of threads.run(from, seeds)) {
      tally.add(result);
      if (brokenBy(result).length > 0) {
        violationLines(result, { bug, options }).forEach(say);
        say(`simulate: ${tally.seeds} seeds, ${tally.violations} violations in seed ${result.seed}`);
        return false;
      }
      pace.now(() => `${tally.seeds} of ${seeds} seeds, ${pace.rate(tally.seeds)} seeds/s, ${tally.violations} violations`);
    }
  } finally {
    stopped.removeEventListener("abort", interrupt);
    await threads.stop();
  }
  sum();
  say(`simulate: ${seeds} seeds, 0 violations`);
  return true;
};

/** One seed, with its hash: the same seed of the same code always ends with the same. */
export const replay = async ({ seed, trace, bug, options }: Replay, say: Say): Promise<boolean> => {
  const threads = new SeedThreads(1, { bug, options, trace }, say);
  try {
    for await (const result of threads.run(seed, 1)) return told(result, say);
    return false;
  } finally {
    await threads.stop();
  }
};

const told = (result: SeedResult, say: Say): boolean => {
  const { seed, payments, events, boots, steps, simulatedMs, hash } = result;
  const broken = brokenBy(result);
  for (const violation of broken) say(textOf(violation));
  say(`${payments} payments, ${events} events, ${boots} boots, ${steps} steps, ${Math.round(simulatedMs / 1_000)} simulated seconds`);
  say(`simulate: seed ${seed}, hash ${hash}, ${broken.length} violations`);
  return broken.length === 0;
};
