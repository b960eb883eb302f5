import { beforeEach, describe, expect, it } from "@jest/globals";
import { instant } from "@malipo/kernel";
import { Admission } from "./admission.js";

let nowMs = 0;
const clock = { now: () => instant(nowMs), monotonicMs: () => nowMs };
const bounds = { perKeyMax: 500, totalMax: 4_000 };

/** Tasks that end when they are told to, oldest first. */
class House {
  readonly admission: Admission;
  readonly refused = new Map<string, number>();
  private readonly open: { key: string; end: () => void; over: Promise<unknown> }[] = [];

  constructor(limits = bounds) {
    this.admission = new Admission(limits, clock);
  }

  enter(key: string): void {
    if (this.admission.refusal(key) !== undefined) {
      this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.open.push({ key, end: resolve, over: this.admission.run(key, () => promise) });
  }

  async end(count: number): Promise<void> {
    for (const { end, over } of this.open.splice(0, count)) {
      end();
      await over;
    }
  }

  async endOf(key: string): Promise<void> {
    const at = this.open.findIndex((one) => one.key === key);
    const [one] = this.open.splice(at, 1);
    one!.end();
    await one!.over;
  }
}

/** A server that ends `perSecond` tasks in the order of their coming, asked for `asked` a second of each key. */
const serve = async (house: House, seconds: number, perSecond: number, asked: Readonly<Record<string, number>>): Promise<void> => {
  const stepMs = 10;
  const due: Record<string, number> = {};
  let done = 0;
  for (let step = 0; step < (seconds * 1_000) / stepMs; step += 1) {
    nowMs += stepMs;
    for (const [key, rate] of Object.entries(asked)) {
      due[key] = (due[key] ?? 0) + (rate * stepMs) / 1_000;
      for (; due[key] >= 1; due[key] -= 1) house.enter(key);
    }
    done = Math.min(done + (perSecond * stepMs) / 1_000, house.admission.inFlight);
    await house.end(Math.floor(done));
    done -= Math.floor(done);
  }
};

beforeEach(() => {
  nowMs = 0;
});

describe("admission", () => {
  it("refuses with 503 and whole seconds to wait, and lets nothing of it begin", async () => {
    const admission = new Admission({ perKeyMax: 1, totalMax: 10 }, clock);
    const slow = Promise.withResolvers<void>();
    const first = admission.run("a", () => slow.promise);
    let began = false;
    await expect(admission.run("a", async () => void (began = true))).rejects.toMatchObject({
      status: 503, code: "temporarily_unavailable", options: { headers: { "retry-after": "1" } },
    });
    expect(began).toBe(false);
    slow.resolve();
    await first;
    await expect(admission.run("a", async () => 2)).resolves.toBe(2);
    expect(admission.inFlight).toBe(0);
  });

  it("keeps what is in flight to what ends in time, under three times of what the server can do", async () => {
    const house = new House();
    await serve(house, 20, 300, { a: 300, b: 300, c: 300 });
    // 300 a second, each within a second: about 300 at once.
    expect(house.admission.limit).toBeGreaterThan(150);
    expect(house.admission.limit).toBeLessThan(450);
    expect(house.admission.inFlight).toBeLessThan(480);
  });

  it("opens wide for a server that is fast enough", async () => {
    const house = new House();
    await serve(house, 5, 5_000, { a: 4_000 });
    expect([...house.refused.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(400);
  });

  it("lets everybody in again soon after the flood is over", async () => {
    const house = new House();
    await serve(house, 10, 300, { a: 900 });
    await serve(house, 2, 300, { a: 150 });
    house.refused.clear();
    await serve(house, 5, 300, { a: 150 });
    expect(house.refused.size).toBe(0);
  });

  it("keeps a door open for those who ask for little while one floods", async () => {
    const house = new House();
    await serve(house, 5, 300, { flood: 900 });
    house.refused.clear();
    await serve(house, 10, 300, { flood: 900, small: 20 });
    expect(house.refused.get("small") ?? 0).toBeLessThan(10);
    expect(house.refused.get("flood")).toBeGreaterThan(3_000);
  });

  it("bounds each key by itself, whatever room there is", () => {
    const house = new House({ perKeyMax: 2, totalMax: 100 });
    for (const key of ["a", "a", "a", "b"]) house.enter(key);
    expect(house.admission.refusal("a")).toBe("key_full");
    expect(house.admission.refusal("b")).toBeUndefined();
  });

  it("never lets in more than the total, however many keys there are", () => {
    const house = new House({ perKeyMax: 2, totalMax: 40 });
    for (let at = 0; at < 100; at += 1) house.enter(`key-${at}`);
    expect(house.admission.inFlight).toBe(40);
  });

  it("closes a key of which nothing ends, leaves the others alone, and opens it at its first end", async () => {
    const house = new House();
    for (let at = 0; at < 20; at += 1) house.enter("stuck");
    house.enter("well");
    nowMs += 1_900;
    expect(house.admission.refusal("stuck")).toBeUndefined();
    nowMs += 200;
    await house.endOf("well");
    expect(house.admission.refusal("stuck")).toBe("key_stalled");
    expect(house.admission.refusal("well")).toBeUndefined();
    await house.endOf("stuck");
    expect(house.admission.refusal("stuck")).toBeUndefined();
  });

  it("tells that nothing is in flight once everything has ended, however soon after the last look at the limit", async () => {
    const gauges: Record<string, number> = {};
    const metrics = { count() {}, gauge: (name: string, value: number) => void (gauges[name] = value), observe() {}, text: async () => "" };
    const admission = new Admission(bounds, clock, metrics);
    const ends = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const tasks = ends.map(({ promise }) => admission.run("a", () => promise));
    nowMs += 100;
    for (const { resolve } of ends) resolve();
    await Promise.all(tasks);
    expect(gauges).toMatchObject({ admission_in_flight: 0, admission_limit: 200 });
  });

  it("is not taken in by answers that cost nothing", async () => {
    const house = new House();
    for (let at = 0; at < 20; at += 1) {
      for (let each = 0; each < 300; each += 1) house.enter("slow");
      nowMs += 1_800;
      await house.end(300);
      for (let each = 0; each < 500; each += 1) await house.admission.run("quick", async () => undefined).catch(() => undefined);
    }
    expect(house.admission.limit).toBeLessThan(150);
  });
});
