import { readFileSync, statSync } from "node:fs";
import { instant } from "@malipo/kernel";
import type { Clock } from "@malipo/ports";

const lookEveryMs = 100;

/** The whole milliseconds that the file says; a file that is not there says none, and one half written says the last. */
const readOffset = (file: string, last: number): number => {
  try {
    const text = readFileSync(file, "utf8").trim();
    return /^-?\d{1,12}$/.test(text) ? Number(text) : last;
  } catch {
    return 0;
  }
};

const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * The machine's clocks, with wall time as far off as the file says: how a step of the clock is tried on a service that
 * runs. Monotonic time stays what it is, as it does when a real clock is set. The file is looked at every 100 ms.
 */
export const shiftedClock = (file: string): Clock => {
  let offsetMs = 0;
  let readAt = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const look = (nowMs: number): void => {
    lookedAt = nowMs;
    const at = modified(file);
    if (at === readAt) return;
    readAt = at;
    offsetMs = readOffset(file, offsetMs);
  };

  return {
    now: () => {
      const nowMs = performance.now();
      if (nowMs - lookedAt >= lookEveryMs) look(nowMs);
      return instant(Date.now() + offsetMs);
    },
    monotonicMs: () => performance.now(),
  };
};
