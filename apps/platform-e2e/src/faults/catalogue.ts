import { failpointFaults } from "./cases/failpoints.js";
import { brokerFaults, clockFaults, linkFaults, postgresFaults } from "./cases/index.js";
import { merchantFaults, misbehavingMerchants } from "./cases/merchants.js";
import { killStorm, pause, processFaults } from "./cases/processes.js";
import { providerFaults } from "./cases/providers.js";
import type { FaultCase } from "./fault.js";

/** One from each list in turn: what dies in one fault has a minute until the next that kills it. */
const inTurn = (lists: readonly (readonly FaultCase[])[]): readonly FaultCase[] => {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
};

/** Everything, as it is run every night. */
export const allFaults: readonly FaultCase[] = inTurn([
  failpointFaults,
  linkFaults,
  clockFaults,
  providerFaults,
  processFaults,
  brokerFaults,
  postgresFaults,
  merchantFaults,
]);

const named = (name: string): FaultCase => {
  const found = allFaults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault is called ${name}`);
  return found;
};

/** A few minutes' worth, with shorter pauses, for every change. */
export const quickFaults: readonly FaultCase[] = [
  killStorm(2_000, 8_000),
  named("broker/kill-9"),
  pause("payment-intake", 6_000),
  named("database/crash"),
  named("link/payment-intake.kafka/answers-lost"),
  named("clock/payment-intake/+5s"),
  misbehavingMerchants("hang", 6_000),
];
