import { parseArgs } from "node:util";
import { controls, plants, replay, simulate } from "./lib/run-seeds.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    plant: { type: "string" },
    controls: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
});

const number = (name: "from" | "seeds" | "seed"): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number`);
  return value;
};
const plant = plants.find((known) => known === values.plant);
if (values.plant !== undefined && plant === undefined) throw new RangeError(`--plant knows ${plants.join(", ")}`);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const run = (): Promise<boolean> => {
  if (values.controls) return controls({ from: number("from"), seeds: number("seeds"), say });
  if (values.seed === undefined) return simulate({ from: number("from"), seeds: number("seeds"), plant, say });
  return replay({ seed: number("seed"), plant, trace: values.trace ? say : undefined, say });
};
process.exitCode = (await run()) ? 0 : 1;
