import { describe, expect, it } from "@jest/globals";
import { RestartBudget } from "./restart-budget.js";

describe("the restarts of a dead service", () => {
  it("come after 1, 2, 4, 8, 8 s, and not a sixth time within a minute", () => {
    const budget = new RestartBudget(() => 0);
    const delays = Array.from({ length: 6 }, () => budget.afterDeath());
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, undefined]);
  });

  it("start over once the service has lived for a minute", () => {
    let now = 0;
    const budget = new RestartBudget(() => now);
    for (let death = 0; death < 5; death += 1) budget.afterDeath();
    now = 60_001;
    expect(budget.afterDeath()).toBe(1_000);
  });

  it("never end, and never take longer, where processes are killed on purpose", () => {
    const budget = new RestartBudget(() => 0, 500, "endless");
    expect(Array.from({ length: 20 }, () => budget.afterDeath())).toEqual(Array(20).fill(500));
  });
});
