import { parseArgs } from "node:util";
import { bench, workloads, type Workload } from "./bench.js";
import { overload } from "./overload/overload.js";
import { recovery } from "./recovery/recovery.js";

const usage = `usage: npm run bench -- ${workloads.join("|")} [--seconds 20] [--rate N] [--merchants 12] [--connections 64] [--find-rate]
       npm run bench -- overload [--seconds 20] [--rate N] [--times 3] [--merchants 12] [--connections 2000] [--home FOLDER]
       npm run bench -- recovery [--rate 40] [--merchants 12]`;

const say = (line: string): void => console.log(line);

/** What was asked for on the command line. Answers whether its audit found nothing. */
const run = (): Promise<boolean> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "20" },
      rate: { type: "string" },
      merchants: { type: "string", default: "12" },
      connections: { type: "string" },
      home: { type: "string" },
      times: { type: "string", default: "3" },
      "find-rate": { type: "boolean", default: false },
    },
  });
  const workload = workloads.find((name) => name === positionals[0]);
  const isOverload = positionals[0] === "overload";
  const isRecovery = positionals[0] === "recovery";
  if ((workload === undefined && !isOverload && !isRecovery) || positionals.length !== 1) throw new Error(usage);
  const number = (name: "seconds" | "rate" | "merchants" | "connections" | "times", fallback: string): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is not a whole number above 0\n${usage}`);
    return value;
  };
  const shared = { seconds: number("seconds", "20"), merchants: number("merchants", "12") };
  if (isRecovery) {
    return recovery({ merchants: shared.merchants, ratePerSecond: number("rate", "40"), connections: number("connections", "1000") }, say);
  }
  if (workload === undefined) {
    // Enough connections that none waits for another: the load stays open however slow the answers are.
    const { home } = values;
    return overload({ ...shared, home, ratePerSecond: number("rate", "200"), times: number("times", "3"), connections: number("connections", "2000") }, say);
  }
  // What two cores keep with half of them to spare for whatever else the machine does; batches, and so the cost of each
  // payment, depend on the rate, so figures are compared at one rate only.
  const usualRate: Readonly<Record<Workload, string>> = { W2: "150", W3: "100" };
  const ratePerSecond = number("rate", usualRate[workload]);
  return bench({ ...shared, workload, ratePerSecond, connections: number("connections", "64"), findRate: values["find-rate"] }, say);
};

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
