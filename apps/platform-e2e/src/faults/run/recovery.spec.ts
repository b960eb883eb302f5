import { describe, expect, it } from "@jest/globals";
import { acceptedWithinMs, recoveryMs, usualMs } from "./recovery.js";

const everyMs = 50;

/** Twenty creates a second for `seconds`, each accepted after `tookMs` of its arrival, or never. */
const offered = (seconds: number, tookMs: (atMs: number) => number | undefined) =>
  Array.from({ length: seconds * (1_000 / everyMs) }, (_, index) => {
    const atMs = index * everyMs;
    const took = tookMs(atMs);
    return { atMs, ...(took !== undefined && { acceptedMs: atMs + took }) };
  });

describe("the recovery of the accept rate", () => {
  it("is at once where every create is accepted", () => expect(recoveryMs(offered(10, () => 20), 0, 10_000)).toBe(0));

  it("begins with the first of three good seconds", () =>
    expect(recoveryMs(offered(20, (at) => (at < 5_000 ? undefined : 20)), 0, 20_000)).toBe(5_000));

  it("allows one of twenty to be late", () =>
    expect(recoveryMs(offered(10, (at) => (at % 1_000 === 0 ? 3_000 : 20)), 0, 10_000)).toBe(0));

  it("does not take a lucky second for the end", () =>
    expect(recoveryMs(offered(20, (at) => ((at >= 2_000 && at < 3_500) || at >= 9_000 ? 20 : undefined)), 0, 20_000)).toBe(9_000));

  it("does not count what is accepted late", () => expect(recoveryMs(offered(10, () => 1_500), 0, 10_000)).toBeUndefined());

  it("waits until the seconds are over that have to be good", () => {
    expect(recoveryMs(offered(10, () => 20), 0, 3_900)).toBeUndefined();
    expect(recoveryMs(offered(10, () => 20), 0, 4_000)).toBe(0);
  });

  it("says nothing where nothing was offered", () => expect(recoveryMs([], 0, 10_000)).toBeUndefined());
});

describe("what is in time", () => {
  it("is what 95 % took before, three times over, and a second at least", () => {
    expect(usualMs(offered(1, (at) => (at === 0 ? 5_000 : 40)))).toBe(40);
    expect(acceptedWithinMs(40)).toBe(1_000);
    expect(acceptedWithinMs(700)).toBe(2_100);
  });

  it("is not known while more than one of twenty wait", () => expect(usualMs(offered(1, (at) => (at < 100 ? undefined : 40)))).toBeUndefined());
});
