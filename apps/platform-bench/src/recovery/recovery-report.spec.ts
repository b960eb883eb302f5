import { describe, expect, it } from "@jest/globals";
import { recoveryTable } from "./recovery-report.js";

describe("the table of recoveries", () => {
  it("says when creates were accepted again, what was answered meanwhile, and never where they were not", () => {
    const answers = new Map([["201", 90], ["503", 10]]);
    const lines = recoveryTable([
      { what: "payment-intake", aimSeconds: 8, seconds: 4, backSeconds: 1.04, answers },
      { what: "kafka", aimSeconds: 30, seconds: undefined, backSeconds: 9, answers },
    ]);
    expect(lines[2]).toMatch(/payment-intake +1\.0 s +4\.0 s +8 s +90 × 201, 10 × 503/);
    expect(lines[3]).toMatch(/kafka +9\.0 s +never +30 s/);
  });
});
