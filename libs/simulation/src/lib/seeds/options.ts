import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { PlantedBug } from "../controls/planted-bug.js";
import { plantedBugs } from "../controls/planted-bugs.js";
import { type FaultKind, faultKinds, isFaultKind } from "../world/faults/fault-kinds.js";
import type { SeedOptions } from "./seed-threads.js";

type Of = Readonly<{ bug?: PlantedBug | undefined; options: SeedOptions }>;

export type Options =
  | Readonly<{ kind: "help" }>
  | (Readonly<{ kind: "simulate"; from: number; seeds: number; workers: number }> & Of)
  | (Readonly<{ kind: "replay"; seed: number; trace: boolean }> & Of)
  | Readonly<{ kind: "controls"; bugs: readonly PlantedBug[]; workers: number }>;

/** What was asked for makes no sense. */
export class UsageError extends Error {}

const accepted = {
  seeds: { type: "string" },
  from: { type: "string" },
  workers: { type: "string" },
  seed: { type: "string" },
  trace: { type: "boolean" },
  controls: { type: "boolean" },
  bug: { type: "string" },
  only: { type: "string" },
  without: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Given = { [Name in keyof typeof accepted]?: (typeof accepted)[Name]["type"] extends "boolean" ? boolean : string };

/** @throws UsageError */
export const readOptions = (args: readonly string[]): Options => {
  const given = parsed(args);
  if (given.help) return { kind: "help" };
  const bug = bugOf(given.bug);
  const workers = count(given, "workers", 1, availableParallelism());
  if (given.controls) {
    refuse(given, ["seeds", "from", "seed", "trace", "only", "without"], "--controls");
    return { kind: "controls", bugs: bug === undefined ? plantedBugs : [bug], workers };
  }
  const of = { bug, options: switches(given) };
  if (given.seed !== undefined) {
    refuse(given, ["seeds", "from", "workers"], "--seed");
    return { kind: "replay", seed: count(given, "seed", 0, 0), trace: given.trace === true, ...of };
  }
  refuse(given, ["trace"], "several seeds");
  return { kind: "simulate", from: count(given, "from", 0, 1), seeds: count(given, "seeds", 1, 1_000), workers, ...of };
};

const parsed = (args: readonly string[]): Given => {
  try {
    return parseArgs({ args: [...args], options: accepted }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
};

const count = (given: Given, name: "seeds" | "from" | "workers" | "seed", least: number, otherwise: number): number => {
  const text = given[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) throw new UsageError(`--${name} takes a whole number from ${least} on, not "${text}"`);
  return value;
};

const bugOf = (name: string | undefined): PlantedBug | undefined => {
  const bug = plantedBugs.find((known) => known.name === name);
  if (name !== undefined && bug === undefined) throw new UsageError(`--bug knows ${plantedBugs.map((known) => known.name).join(", ")}`);
  return bug;
};

const switches = (given: Given): SeedOptions => {
  const [only, without] = [kindsOf(given, "only"), kindsOf(given, "without")];
  return only === undefined && without === undefined ? {} : { faults: { only, without } };
};

const kindsOf = (given: Given, name: "only" | "without"): readonly FaultKind[] | undefined =>
  given[name]?.split(",").filter(Boolean).map((kind) => {
    if (!isFaultKind(kind)) throw new UsageError(`--${name} knows no fault "${kind}"; there are ${faultKinds.join(", ")}`);
    return kind;
  });

const refuse = (given: Given, names: readonly (keyof Given)[], beside: string): void => {
  const wrong = names.find((name) => given[name] !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} means nothing with ${beside}`);
};
