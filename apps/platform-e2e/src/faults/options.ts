import { parseArgs } from "node:util";

export const usage = `usage: npm run faults -- [--all] [--only PATTERN[,…]] [--seeds N | --seed N] [--keep] [--list]

Starts a platform of its own, drives mixed load against it, and does one fault after the other to it.

  --all            every fault; without it a few that take about three minutes
  --only PATTERN   only faults whose name contains one of these texts, out of all
  --seeds N        each with the seeds 1 to N (1)
  --seed N         each with this seed alone
  --keep           keeps the platforms' folders with all logs and the clients' journal
  --list           names the faults and ends`;

export interface FaultOptions {
  readonly all: boolean;
  readonly only: readonly string[];
  readonly seeds: readonly number[];
  readonly keep: boolean;
  readonly list: boolean;
}

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is not a whole number above 0\n\n${usage}`);
  return value;
};

/** Undefined: only help was asked for. */
export const readOptions = (args: readonly string[]): FaultOptions | undefined => {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  const options = { all: flag, list: flag, keep: flag, help: flag, only: { type: "string", multiple: true }, seeds: text, seed: text } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return undefined;
  const seeds = Array.from({ length: wholeNumber("seeds", values.seeds ?? "1") }, (_, at) => at + 1);
  return {
    all: values.all,
    list: values.list,
    keep: values.keep,
    only: (values.only ?? []).flatMap((each) => each.split(",")).filter(Boolean),
    seeds: values.seed === undefined ? seeds : [wholeNumber("seed", values.seed)],
  };
};
