import { describe, expect, it } from "@jest/globals";
import { type Judgement, overlappingWriters } from "./overlapping-writers.conformance.js";

const seeds = (from: number, count: number): number[] => Array.from({ length: count }, (_, n) => from + n);

const faultsOf = ({ untrue, twice, misled }: Judgement): number => untrue.length + twice.length + misled.length;

describe("overlapping writers of one chain", () => {
  it("never report what is not so, and decide nothing twice", async () => {
    let voids = 0;
    for (const seed of seeds(1, 300)) {
      const judgement = await overlappingWriters(seed);
      expect({ seed, ...judgement }).toMatchObject({ seed, valid: 60, untrue: [], twice: [], misled: [], fatal: [] });
      voids += judgement.voids;
    }
    expect(voids).toBeGreaterThan(1_000); // or the faults did not happen
  });

  it("replay to the same end by their seed", async () => {
    expect(await overlappingWriters(7)).toEqual(await overlappingWriters(7));
  });

  it.each(["bare_acknowledgement", "sequence_number"] as const)("go wrong by the rule %s, so that this judge is no formality", async (rule) => {
    let faults = 0;
    for (const seed of seeds(1, 60)) faults += faultsOf(await overlappingWriters(seed, rule));
    expect(faults).toBeGreaterThan(0);
  });
});
