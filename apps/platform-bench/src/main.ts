import { parseArgs } from "node:util";
import { bench, workloads, type BenchOptions, type Workload } from "./bench.js";

const usage = `usage: npm run bench -- ${workloads.join("|")} [--seconds 20] [--rate N] [--merchants 12] [--connections 64] [--find-rate]`;

const readOptions = (): BenchOptions => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "20" },
      rate: { type: "string" },
      merchants: { type: "string", default: "12" },
      connections: { type: "string", default: "64" },
      "find-rate": { type: "boolean", default: false },
    },
  });
  const workload = workloads.find((name) => name === positionals[0]);
  if (workload === undefined || positionals.length !== 1) throw new Error(usage);
  const number = (name: "seconds" | "rate" | "merchants" | "connections", fallback: string): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is not a whole number above 0\n${usage}`);
    return value;
  };
  // What two cores keep with half of them to spare for whatever else the machine does; batches, and so the cost of each
  // payment, depend on the rate, so figures are compared at one rate only.
  const usualRate: Readonly<Record<Workload, string>> = { W2: "150", W3: "100" };
  return {
    workload,
    seconds: number("seconds", "20"),
    ratePerSecond: number("rate", usualRate[workload]),
    merchants: number("merchants", "12"),
    connections: number("connections", "64"),
    findRate: values["find-rate"],
  };
};

try {
  const passed = await bench(readOptions(), (line) => console.log(line));
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
