import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { shiftedClock } from "./shifted-clock.js";

describe("a clock whose wall time is off by what a file says", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "malipo-clock-"));
    file = join(folder, "offset");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const offsetOf = (clock: ReturnType<typeof shiftedClock>): number => Math.round((clock.now() - Date.now()) / 100) * 100;

  it("is right without a file, steps with it, and steps back when it is gone", async () => {
    const clock = shiftedClock(file);
    expect(offsetOf(clock)).toBe(0);
    for (const step of [3_600_000, -5_000]) {
      writeFileSync(file, `${step}\n`);
      await delay(150);
      expect(offsetOf(clock)).toBe(step);
    }
    rmSync(file);
    await delay(150);
    expect(offsetOf(clock)).toBe(0);
  });

  it("keeps the last offset while the file is half written", async () => {
    writeFileSync(file, "1500");
    const clock = shiftedClock(file);
    expect(offsetOf(clock)).toBe(1_500);
    writeFileSync(file, "");
    await delay(150);
    expect(offsetOf(clock)).toBe(1_500);
  });

  it("lets monotonic time be", () => {
    writeFileSync(file, "-3600000");
    const clock = shiftedClock(file);
    clock.now();
    expect(Math.abs(clock.monotonicMs() - performance.now())).toBeLessThan(50);
  });
});
