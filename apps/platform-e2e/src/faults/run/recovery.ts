import type { Arrival } from "../load/client-journal.js";

/** A create is accepted in time when it has its answer within this, as it has a hundred times over on a machine of its own. */
const inTimeMs = 1_000;
/** On a busy machine: within so many times of what creates took before the fault. */
const slack = 3;
const windowMs = 1_000;
const stepMs = 100;
const share = 0.95;
/** So many windows in a row have to be good, or a lucky second in the middle of an outage would count as its end. */
const inARow = 3;

/** What 95 % of these creates took at most; undefined while fewer of them have been accepted. */
export const usualMs = (arrivals: readonly Arrival[]): number | undefined =>
  arrivals.map(({ atMs, acceptedMs }) => (acceptedMs ?? Infinity) - atMs).sort((a, b) => a - b).filter(Number.isFinite)[Math.ceil(share * arrivals.length) - 1];

/** Within what a create counts as accepted, where they usually took so long. */
export const acceptedWithinMs = (usual: number): number => Math.max(inTimeMs, slack * usual);

const isGood = (arrivals: readonly Arrival[], from: number, withinMs: number): boolean => {
  const isAccepted = ({ atMs, acceptedMs }: Arrival): boolean => acceptedMs !== undefined && acceptedMs - atMs <= withinMs;
  const offered = arrivals.filter(({ atMs }) => atMs >= from && atMs < from + windowMs);
  return offered.length > 0 && offered.filter(isAccepted).length >= share * offered.length;
};

/**
 * After how many milliseconds of `fromMs` the creates that arrive are accepted again at 95 % of the offered rate, over
 * windows of a second; undefined when they are not by `untilMs`.
 */
export const recoveryMs = (arrivals: readonly Arrival[], fromMs: number, untilMs: number, withinMs = inTimeMs): number | undefined => {
  const near = arrivals.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  for (let start = fromMs; start + inARow * windowMs + withinMs <= untilMs; start += stepMs) {
    const windows = Array.from({ length: inARow }, (_, at) => start + at * windowMs);
    if (windows.every((from) => isGood(near, from, withinMs))) return start - fromMs;
  }
  return undefined;
};
