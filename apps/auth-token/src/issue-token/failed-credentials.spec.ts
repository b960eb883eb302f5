import { describe, expect, it } from "@jest/globals";
import { instant } from "@malipo/kernel";
import { FailedCredentials } from "./failed-credentials.js";

describe("failed credentials of a source", () => {
  const at = (nowMs: { value: number }) => new FailedCredentials({ now: () => instant(0), monotonicMs: () => nowMs.value });
  const refused = (failures: FailedCredentials, count: number, source = "a"): number =>
    Array.from({ length: count }, () => failures.count(source)).filter((wait) => wait !== undefined).length;

  it("may come twenty at once, then one a second", () => {
    const now = { value: 5_000 };
    const failures = at(now);
    expect(refused(failures, 25)).toBe(5);
    now.value += 1_000;
    expect(refused(failures, 2)).toBe(1);
    expect(failures.count("a")).toBe(1_000);
    now.value += 60_000;
    expect(refused(failures, 20)).toBe(0);
  });

  it("are counted apart from another's", () => {
    const failures = at({ value: 0 });
    refused(failures, 30);
    expect(failures.count("b")).toBeUndefined();
  });
});
