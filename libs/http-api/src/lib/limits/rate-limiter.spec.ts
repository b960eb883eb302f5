import { describe, expect, it } from "@jest/globals";
import { instant } from "@malipo/kernel";
import { InFlightLimit } from "./in-flight-limit.js";
import { LocalRateStore, RateLimiter, type RateStore } from "./rate-limiter.js";

const setUp = (store?: RateStore) => {
  let now = 0;
  const clock = { now: () => instant(now), monotonicMs: () => now };
  const scheduler = { after: () => ({ cancel() {} }), yield: () => Promise.resolve(), sleep: () => new Promise<void>(() => undefined) };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const local = new LocalRateStore(clock);
  const limiter = new RateLimiter(store ?? local, local, scheduler, logger);
  const many = async (key: string, count: number): Promise<number> => {
    const passed = await Promise.allSettled(Array.from({ length: count }, () => limiter.pass(key, { perSecond: 10, burst: 20 })));
    return passed.filter(({ status }) => status === "fulfilled").length;
  };
  return { limiter, many, wait: (ms: number) => void (now += ms) };
};

describe("the rate limiter", () => {
  it("passes the burst, then the rate, for each key alone", async () => {
    const { many, wait } = setUp();
    expect(await many("a", 25)).toBe(20);
    expect(await many("b", 5)).toBe(5);
    wait(1_000);
    expect(await many("a", 25)).toBe(10);
  });

  it("says when to come again", async () => {
    const { many, limiter } = setUp();
    await many("a", 20);
    await expect(limiter.pass("a", { perSecond: 10, burst: 20 })).rejects.toMatchObject({ code: "rate_limited", options: { headers: { "retry-after": "1" } } });
  });

  it("limits by itself while the store fails", async () => {
    const { many } = setUp({ claim: () => Promise.reject(new Error("down")) });
    expect(await many("a", 25)).toBe(20);
  });

  it("leaves a store that failed alone for a while", async () => {
    let asked = 0;
    const { many } = setUp({ claim: () => (asked++, Promise.reject(new Error("down"))) });
    await many("a", 1);
    await many("a", 1);
    expect(asked).toBe(1);
  });

  it("asks the store once for all that came together", async () => {
    const asked: number[] = [];
    const { many } = setUp({
      claim: (claims) => {
        asked.push(...claims.map(({ wanted }) => wanted));
        return Promise.resolve(claims.map(({ wanted }) => ({ granted: wanted, retryAfterMs: 0 })));
      },
    });
    await many("a", 50);
    expect(asked).toEqual([50]);
  });

  it("takes a tenth of a second ahead for a key that asks again, and never lets more through than the tier allows", async () => {
    const asked: number[] = [];
    const local = new LocalRateStore({ now: () => instant(0), monotonicMs: () => 0 });
    const { limiter } = setUp({
      claim: (claims) => {
        asked.push(...claims.map(({ wanted }) => wanted));
        return local.claim(claims);
      },
    });
    let passed = 0;
    for (let at = 0; at < 60; at += 1) {
      await limiter.pass("a", { perSecond: 100, burst: 40 }).then(
        () => (passed += 1),
        () => undefined,
      );
    }
    expect(passed).toBe(40);
    expect(asked.slice(0, 3)).toEqual([1, 5, 5]);
  });
});

describe("the bound on what is in flight", () => {
  it("answers 503 to one more than allowed, and takes it when one has ended", async () => {
    const limit = new InFlightLimit(2, 10);
    let finish!: () => void;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const first = [limit.run("a", () => slow), limit.run("a", () => slow)];
    await expect(limit.run("a", async () => 1)).rejects.toMatchObject({ code: "temporarily_unavailable" });
    expect(await limit.run("b", async () => 2)).toBe(2);
    finish();
    await Promise.all(first);
    expect(await limit.run("a", async () => 3)).toBe(3);
  });
});
