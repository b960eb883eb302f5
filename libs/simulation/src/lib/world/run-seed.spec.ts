import { describe, expect, it } from "@jest/globals";
import { firstRed } from "../run-seeds.js";
import { runSeed } from "./run-seed.js";

describe("a simulated world", () => {
  it("breaks no rule, and ends the same way whenever it is run again", async () => {
    for (const seed of [1, 2, 3, 524]) {
      const first = await runSeed(seed);
      expect(first).toMatchObject({ seed, violations: [], unfinished: [] });
      expect(first.payments).toBeGreaterThan(3);
      expect(await runSeed(seed)).toEqual(first);
    }
  }, 60_000);

  it("ends differently with another seed", async () => {
    expect((await runSeed(4)).hash).not.toBe((await runSeed(5)).hash);
  }, 60_000);
});

describe("a planted bug", () => {
  it("doubles a send when the caller is not asked for", async () => {
    const red = await firstRed("caller_check_off", 1, 100);
    expect(["only the caller sends", "one send per attempt", "one charge per payment"]).toContain(red?.fault.rule);
  }, 60_000);

  it("makes the log say otherwise than what was acted on when an acknowledgement is trusted", async () => {
    expect(await firstRed("bare_acknowledgement", 1, 200)).toBeDefined();
  }, 60_000);

  it("lets a late batch in when the digest is only a number", async () => {
    expect(await firstRed("sequence_number", 1, 1_000)).toBeDefined();
  }, 120_000);
});
