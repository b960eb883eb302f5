import { describe, expect, it } from "@jest/globals";
import { runSeed } from "../run-seed.js";
import { type FaultKind, faultKinds, faultTable } from "./fault-kinds.js";
import { Faults } from "./faults.js";

const seedsMax = 60;

/** Until it has happened, alone in its world. */
const injectedAlone = async (kind: FaultKind): Promise<number> => {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    // A rate of nearly nothing is drawn as often as any other; worlds in which it cannot come need not be run.
    const faults = new Faults(seed, { only: [kind] });
    if (faults.rate(kind) < 0.5 * faultTable[kind].most) continue;
    const { injected, violations, unfinished } = await runSeed(seed, { faults: { only: [kind] } });
    expect({ seed, violations, unfinished }).toEqual({ seed, violations: [], unfinished: [] });
    if (injected[kind] > 0) return injected[kind];
  }
  return 0;
};

describe("the faults of a world", () => {
  it.each(faultKinds)("do happen: %s", async (kind) => expect(await injectedAlone(kind)).toBeGreaterThan(0), 60_000);

  it("stay away when they are switched off, and leave the others where they were", () => {
    const all = new Faults(7);
    const fewer = new Faults(7, { without: ["crash"] });
    expect(fewer.rate("crash")).toBe(0);
    for (const kind of faultKinds) if (kind !== "crash") expect(fewer.rate(kind)).toBe(all.rate(kind));
  });

  it("do not happen before they may, nor once the world is healed", () => {
    const faults = new Faults(3, { only: ["lost_request"] });
    const strikes = (): number => Array.from({ length: 2_000 }, () => faults.strikes("lost_request")).filter(Boolean).length;
    expect(strikes()).toBe(0);
    faults.begin();
    expect(strikes()).toBeGreaterThan(0);
    faults.heal();
    expect(strikes()).toBe(0);
  });
});
