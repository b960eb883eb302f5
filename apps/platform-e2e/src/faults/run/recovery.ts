import type { Arrival } from "../load/client-journal.js";

/** A create is accepted in time when it has its answer within this. */
const acceptedWithinMs = 1_000;
const windowMs = 1_000;
const stepMs = 100;
const share = 0.95;
/** So many windows in a row have to be good, or a lucky second in the middle of an outage would count as its end. */
const inARow = 3;

const isAccepted = ({ atMs, acceptedMs }: Arrival): boolean => acceptedMs !== undefined && acceptedMs - atMs <= acceptedWithinMs;

const isGood = (arrivals: readonly Arrival[], from: number): boolean => {
  const offered = arrivals.filter(({ atMs }) => atMs >= from && atMs < from + windowMs);
  return offered.length > 0 && offered.filter(isAccepted).length >= share * offered.length;
};

/**
 * After how many milliseconds of `fromMs` the creates that arrive are accepted again at 95 % of the offered rate, over
 * windows of a second; undefined when they are not by `untilMs`.
 */
export const recoveryMs = (arrivals: readonly Arrival[], fromMs: number, untilMs: number): number | undefined => {
  const near = arrivals.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  for (let start = fromMs; start + inARow * windowMs + acceptedWithinMs <= untilMs; start += stepMs) {
    const windows = Array.from({ length: inARow }, (_, at) => start + at * windowMs);
    if (windows.every((from) => isGood(near, from))) return start - fromMs;
  }
  return undefined;
};
