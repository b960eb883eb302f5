import { describe, expect, it } from "@jest/globals";
import { type Instant, instant } from "@malipo/kernel";
import type { EventLog, Logger } from "@malipo/ports";
import { silentLogger } from "@malipo/runtime";
import { ClockGuard } from "./clock-guard.js";
import { SeededRandom } from "../simulated/seeded-random.js";

const epochMs = 1_800_000_000_000;

/** A clock that may be off, and a broker that is right and takes its time on the way there. */
class World {
  nowMs = 0;
  offMs = 0;
  /** Of the next answers, one by one; the last stays. */
  tookMs: number[] = [5];
  asked = 0;
  readonly told: string[] = [];
  /** Happens while the broker is asked. */
  meanwhile = (): void => undefined;
  readonly #log = {
    append: () => {
      this.asked += 1;
      this.meanwhile();
      this.nowMs += this.tookMs.length > 1 ? this.tookMs.shift()! : this.tookMs[0]!;
      return Promise.resolve(new Map([[0, { kind: "appended", appendedAtMs: epochMs + this.nowMs }]]));
    },
  } as unknown as EventLog;
  readonly guard = new ClockGuard({
    log: this.#log,
    clock: { now: () => this.now(), monotonicMs: () => this.nowMs },
    scheduler: {
      after: () => ({ cancel: () => undefined }),
      yield: () => Promise.resolve(),
      sleep: (ms, signal) => {
        this.nowMs += ms;
        return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
      },
    },
    random: new SeededRandom(1),
    logger: { ...silentLogger, error: (facts: object) => void this.told.push(`off ${(facts as { offMs: number }).offMs}`), warn: () => void this.told.push("slow") } as Logger,
  });

  now(): Instant {
    return instant(epochMs + this.nowMs + this.offMs);
  }
}

describe("the guard of the clock", () => {
  it("agrees at once when the clock is right and the broker quick", async () => {
    const world = new World();
    await world.guard.agreed("/test");
    expect(world.asked).toBe(1);
    expect(world.told).toEqual([]);
  });

  it.each([["ahead", 2_500, "off 2495"], ["behind", -2_500, "off -2500"]])("tells of a clock that is %s, and agrees once it is right", async (_, offMs, told) => {
    const world = new World();
    world.offMs = offMs;
    let agreed = false;
    const waiting = world.guard.agreed("/test").then(() => (agreed = true));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(agreed).toBe(false);
    expect(world.told).toEqual([told]);
    world.offMs = 0;
    await waiting;
  });

  it("does not take a clock for right by an answer under way for longer than the clock is ahead", async () => {
    const world = new World();
    world.tookMs = [6_000, 6_000, 6_000, 5];
    await world.guard.agreed("/test");
    expect(world.asked).toBe(4);
    world.tookMs = [6_000];
    world.offMs = 5_000;
    const stopping = new AbortController();
    const waiting = expect(world.guard.agreed("/test", stopping.signal)).rejects.toThrow("stop");
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    stopping.abort(new Error("stop"));
    await waiting;
    expect(world.told[0]).toBe("slow");
  });

  it("notices a step that came while the broker was asked, and goes on by the time before it", async () => {
    const world = new World();
    world.meanwhile = () => void (world.offMs = 3_600_000);
    await world.guard.agreed("/test");
    expect(world.guard.stepped()).toMatchObject({ code: "clock_off", offMs: 3_600_000 });
    expect(world.guard.now()).toBe(epochMs + world.nowMs);
  });

  it("notices a step within one process, and goes on from what a quick append confirms", async () => {
    const world = new World();
    await world.guard.agreed("/test");
    world.nowMs += 60_000;
    world.offMs = 1_500;
    expect(world.guard.stepped()).toBeUndefined();
    expect(world.guard.compared(world.now(), epochMs + world.nowMs)).toBeUndefined(); // 1.5 s ahead of the broker
    world.offMs = 4_000;
    expect(world.guard.stepped()).toMatchObject({ code: "clock_off" });
    expect(world.guard.compared(world.now(), epochMs + world.nowMs)).toMatchObject({ code: "clock_off", offMs: 4_000 });
  });
});
