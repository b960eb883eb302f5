import type { PlantedBug } from "../controls/planted-bug.js";
import type { Violation } from "../judges/journals.js";
import type { SeedResult } from "../world/run-seed.js";
import type { SeedOptions } from "./seed-threads.js";

const shownMax = 10;

/** Everything that is wrong with a seed: what happened and must not, and what must have come about and has not. */
export const brokenBy = ({ violations, unfinished }: SeedResult): readonly Violation[] => [...violations, ...unfinished];

export const textOf = ({ rule, subject, how }: Violation): string => `${rule}: ${subject}: ${how}`;

/** What to read when a seed has broken a rule, and how to see it again. */
type Of = Readonly<{ bug?: PlantedBug | undefined; options: SeedOptions }>;

export const violationLines = (result: SeedResult, { bug, options }: Of): readonly string[] => {
  const { seed, hash, history } = result;
  const broken = brokenBy(result);
  return [
    `seed ${seed} breaks a rule:`,
    ...broken.slice(0, shownMax).map((violation) => `  ${textOf(violation)}`),
    ...(broken.length > shownMax ? [`  and ${broken.length - shownMax} more`] : []),
    "the history of the first:",
    ...history,
    `replay to the same hash ${hash}: ${replayCommand(seed, bug, options)}`,
  ];
};

/** The command that runs the very same world again. */
export const replayCommand = (seed: number, bug: PlantedBug | undefined, { faults }: SeedOptions): string =>
  [
    `npm run simulate -- --seed ${seed}`,
    ...(bug === undefined ? [] : [`--bug ${bug.name}`]),
    ...(faults?.only === undefined ? [] : [`--only ${faults.only.join(",")}`]),
    ...(faults?.without === undefined ? [] : [`--without ${faults.without.join(",")}`]),
    "--trace",
  ].join(" ");
