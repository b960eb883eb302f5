import { setTimeout as delay } from "node:timers/promises";

export interface OpenLoop {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** So many may be under way at once; beyond it a request is sent late, and its lateness counts. */
  readonly outstandingMax: number;
  /** Sends one; `intendedMs` is when it should have gone out, on `performance.now()`. */
  readonly send: (index: number, intendedMs: number) => Promise<void>;
}

export interface LoopResult {
  readonly intended: number;
  readonly startMs: number;
  /** When the last answer had come. */
  readonly endMs: number;
  /** How late the generator itself was, at worst: above some milliseconds it had no processor to run on. */
  readonly sendLateMsMax: number;
}

/**
 * Sends at a fixed rate whatever the answers do. What is slow does not slow the senders down, so that waiting shows up
 * in the latencies instead of disappearing from them.
 */
export const openLoop = async ({ ratePerSecond, seconds, outstandingMax, send }: OpenLoop): Promise<LoopResult> => {
  const intended = Math.round(ratePerSecond * seconds);
  const gapMs = 1_000 / ratePerSecond;
  const underWay = new Set<Promise<void>>();
  const startMs = performance.now() + 20;
  let sendLateMsMax = 0;
  for (let index = 0; index < intended; ) {
    const now = performance.now();
    const due = startMs + index * gapMs;
    if (due > now) {
      await delay(Math.max(1, due - now));
      continue;
    }
    if (underWay.size >= outstandingMax) {
      await Promise.race(underWay);
      continue;
    }
    sendLateMsMax = Math.max(sendLateMsMax, now - due);
    const request = send(index, due).finally(() => underWay.delete(request));
    underWay.add(request);
    index += 1;
  }
  await Promise.all(underWay);
  return { intended, startMs, endMs: performance.now(), sendLateMsMax };
};
