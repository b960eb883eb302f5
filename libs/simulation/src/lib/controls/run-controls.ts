import type { Violation } from "../judges/journals.js";
import { brokenBy } from "../seeds/report.js";
import { Pace } from "../seeds/pace.js";
import { SeedThreads } from "../seeds/seed-threads.js";
import type { PlantedBug } from "./planted-bug.js";

type Say = (line: string) => void;

export type Caught = Readonly<{ bug: PlantedBug; seed?: number; violation?: Violation; why?: string }>;

/**
 * Each planted bug must turn a judge red within its seeds. That the same seeds are green without it is what the ordinary
 * run shows. Whether all were caught.
 */
export const controls = async (bugs: readonly PlantedBug[], workers: number, say: Say): Promise<boolean> => {
  const pace = new Pace(say);
  const waiting = [...bugs];
  const results = new Map<PlantedBug, Caught>();
  const work = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const planted = bug;
      const result = await firstRed(planted, (seed) => pace.now(() => `${results.size} of ${bugs.length} bugs, ${planted.name} at seed ${seed} of ${planted.within}`));
      results.set(planted, result);
      say(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const caught = [...results.values()].filter(({ violation }) => violation !== undefined).length;
  say("");
  tableOf(bugs.map((bug) => results.get(bug)!)).forEach(say);
  say(`controls: ${caught}/${bugs.length} caught`);
  return caught === bugs.length;
};

/**
 * A process that notices by itself and gives up is no judge: what counts is what the journals show. And the same seed has to
 * be green without the bug, or it tells nothing about it.
 */
export const firstRed = async (bug: PlantedBug, at: (seed: number) => void = () => undefined): Promise<Caught> => {
  const threads = new SeedThreads(1, { bug, options: {} });
  try {
    for await (const result of threads.run(1, bug.within)) {
      const { seed } = result;
      at(seed);
      const violation = brokenBy(result).find(({ rule }) => rule !== "no process gives up");
      if (violation !== undefined && (await isGreen(seed))) return { bug, seed, violation };
    }
    return { bug };
  } catch (error) {
    return { bug, why: (error as Error).message };
  } finally {
    await threads.stop();
  }
};

const isGreen = async (seed: number): Promise<boolean> => {
  const threads = new SeedThreads(1, { options: {} });
  try {
    for await (const result of threads.run(seed, 1)) return brokenBy(result).length === 0;
    return false;
  } finally {
    await threads.stop();
  }
};

const seedsOf = ({ bug, seed }: Caught): string => `${seed ?? "-"} of ${bug.within}`;
const judgeOf = ({ violation, why }: Caught): string => violation?.rule ?? why ?? "NOT CAUGHT";
const lineOf = (result: Caught): string => `${result.bug.name}: ${seedsOf(result)} seeds: ${judgeOf(result)}${result.violation === undefined ? "" : `: ${result.violation.how}`}`;

const tableOf = (results: readonly Caught[]): readonly string[] => {
  const rows = [["bug", "seeds", "judge that caught it"], ...results.map((result) => [result.bug.name, seedsOf(result), judgeOf(result)])];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([bug, seeds, judge]) => `${bug!.padEnd(widths[0]!)}  ${seeds!.padStart(widths[1]!)}  ${judge!}`);
};
