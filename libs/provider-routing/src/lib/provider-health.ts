import type { Instant } from "@malipo/kernel";

/** What one call taught about the provider itself, whatever it meant for the payment. */
export type HealthSignal = "answered" | "unavailable" | "unreachable" | "no_answer";

export type ProviderHealth = Readonly<{
  /** Bad signals since the last good one. */
  badInRow: number;
  lastBadAt?: Instant;
  lastGoodAt?: Instant;
  totals: Readonly<Record<HealthSignal, number>>;
}>;

export const initialHealth: ProviderHealth = { badInRow: 0, totals: { answered: 0, unavailable: 0, unreachable: 0, no_answer: 0 } };

export const evolveHealth = (health: ProviderHealth, signal: HealthSignal, at: Instant): ProviderHealth => {
  const totals = { ...health.totals, [signal]: health.totals[signal] + 1 };
  return signal === "answered"
    ? { ...health, totals, badInRow: 0, lastGoodAt: at }
    : { ...health, totals, badInRow: health.badInRow + 1, lastBadAt: at };
};

const BAD_IN_ROW = 5;
const BASE_PAUSE_MS = 5_000;
const PAUSE_MS_MAX = 120_000;

/** Unhealthy after five bad signals in a row, for a pause that doubles with each further one; then it is tried again. */
export const isHealthy = ({ badInRow, lastBadAt }: ProviderHealth, now: Instant): boolean => {
  if (badInRow < BAD_IN_ROW || lastBadAt === undefined) return true;
  const pause = Math.min(PAUSE_MS_MAX, BASE_PAUSE_MS * 2 ** Math.min(10, badInRow - BAD_IN_ROW));
  return now - lastBadAt >= pause;
};
