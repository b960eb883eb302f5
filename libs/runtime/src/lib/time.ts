import { instant } from "@malipo/kernel";
import type { Clock, Scheduler } from "@malipo/ports";
import { shiftedClock } from "./shifted-clock.js";

const offsetFile = process.env["CLOCK_OFFSET_FILE"];

/**
 * The machine's clocks. An account has no time of its own here. With `CLOCK_OFFSET_FILE` set, which only trials of faults
 * do, wall time is off by what that file says.
 */
export const systemClock: Clock = offsetFile
  ? shiftedClock(offsetFile)
  : {
      now: () => instant(Date.now()),
      monotonicMs: () => performance.now(),
    };

export const systemScheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, delayMs);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
