import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { Latencies } from "./histogram.js";
import { openLoop } from "./open-loop.js";

describe("a load with intended send times", () => {
  it("sends every request once and at its time", async () => {
    const sent: number[] = [];
    const result = await openLoop({ ratePerSecond: 200, seconds: 0.5, outstandingMax: 10, send: async (index) => void sent.push(index) });
    expect(sent).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(result.endMs - result.startMs).toBeGreaterThanOrEqual(490);
  });

  it("counts the waiting of those that could not be sent because others were slow", async () => {
    const latencies = new Latencies();
    const send = async (_: number, intendedMs: number): Promise<void> => {
      await delay(50);
      latencies.add(performance.now() - intendedMs);
    };
    await openLoop({ ratePerSecond: 100, seconds: 0.3, outstandingMax: 1, send });
    // One at a time takes 50 ms each: the thirtieth waits for twenty-nine others, and was due after 290 ms.
    expect(latencies.ms(100)).toBeGreaterThan(1_000);
  });
});
