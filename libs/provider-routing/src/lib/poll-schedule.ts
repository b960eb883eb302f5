export type PollSchedule = Readonly<{
  /** Delays of the first polls, each counted from the one before. */
  firstMs: readonly number[];
  capMs: number;
  /** Share by which a delay may be longer, so that many attempts of one moment spread out. */
  jitter: number;
}>;

export const productionPolls: PollSchedule = { firstMs: [5_000, 15_000, 45_000], capMs: 15 * 60_000, jitter: 0.1 };

/** Delay before poll number `done + 1`: the first ones as given, then ×2 up to the cap. `draw` is in [0, 1). */
export const pollDelayMs = ({ firstMs, capMs, jitter }: PollSchedule, done: number, draw: number): number => {
  const last = firstMs.at(-1) ?? capMs;
  const planned = firstMs[done] ?? Math.min(capMs, last * 2 ** Math.min(30, done - firstMs.length + 1));
  return Math.round(planned * (1 + jitter * draw));
};

/** "1,2,4" in seconds. @throws RangeError */
export const readPollDelays = (text: string): readonly number[] => {
  const delays = text.split(",").map((part) => Number(part.trim()) * 1_000);
  if (delays.length === 0 || delays.some((delay) => !Number.isFinite(delay) || delay <= 0)) {
    throw new RangeError(`not a list of seconds: ${text}`);
  }
  return delays;
};
