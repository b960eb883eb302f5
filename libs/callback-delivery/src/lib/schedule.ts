import { type Instant, plus } from "@malipo/kernel";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second, … try of a round; after the last of these it is twelve hours each time. */
const waitsMs = [1 * second, 3 * second, 8 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, 1 * hour, 2 * hour, 4 * hour, 8 * hour];
const laterWaitMs = 12 * hour;

export const roundMsMax = 72 * hour;
export const refusalsMax = 3;

/** The wait after `tries` tries of a round, ± 20 %. `drawn` is a random number in [0, 1). */
export const retryWaitMs = (tries: number, drawn: number): number =>
  Math.round((waitsMs[tries - 1] ?? laterWaitMs) * (0.8 + 0.4 * drawn));

/** Whether a try at this time still belongs to a round that began then. */
export const withinRound = (began: Instant, at: Instant): boolean => at <= plus(began, roundMsMax);
