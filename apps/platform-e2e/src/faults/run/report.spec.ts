import { describe, expect, it } from "@jest/globals";
import type { FaultCase } from "../fault.js";
import { reportOf } from "./report.js";
import type { FaultRun } from "./run-fault.js";

const fault: FaultCase = { name: "crash/payment-intake", group: "service", holdMs: 0, inject: async () => async () => undefined };
const run = (changes: Partial<FaultRun> = {}): FaultRun => ({
  fault, seed: 1, run: 0, paymentsUnderFault: 100, recoveryMs: 1_500, recoveryMissed: false, unsteady: false, violations: [], ...changes,
});
const broke = (rule: string) => run({ violations: [{ rule, subject: "p1", how: "so" }] });
const lastOf = (runs: readonly FaultRun[]) => reportOf(runs).at(-1);

describe("the last line", () => {
  it("counts runs that were survived", () => expect(lastOf([run(), run({ seed: 2 })])).toBe("faults: 2/2 survived, lost 0, doubled 0, stuck 0"));

  it("does not count what was skipped", () => expect(lastOf([run(), run({ skipped: "no room" })])).toBe("faults: 1/1 survived, lost 0, doubled 0, stuck 0"));

  it.each([
    ["what is answered is in the log", "faults: 0/1 survived, lost 1, doubled 0, stuck 0"],
    ["one charge per payment", "faults: 0/1 survived, lost 0, doubled 1, stuck 0"],
    ["nothing is left hanging", "faults: 0/1 survived, lost 0, doubled 0, stuck 1"],
    ["legal moves", "faults: 0/1 survived, lost 0, doubled 0, stuck 0"],
  ])("counts what broke the rule: %s", (rule, line) => expect(lastOf([broke(rule)])).toBe(line));

  it("counts a platform that did not come back", () => expect(lastOf([run({ broken: "not ready" })])).toMatch(/^faults: 0\/1/));
});

describe("the report", () => {
  it("names what was skipped and why, what was broken, and what took too long", () => {
    const text = reportOf([run({ skipped: "no room" }), broke("legal moves"), run({ recoveryMissed: true, recoveryMs: 9_000 })]).join("\n");
    expect(text).toContain("skipped: crash/payment-intake (seed 1): no room");
    expect(text).toContain("legal moves: p1: so");
    expect(text).toContain("recovery too slow: crash/payment-intake (seed 1): 9.0 s, bound 8.0 s");
  });
});
