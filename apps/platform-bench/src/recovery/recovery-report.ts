export interface Recovered {
  readonly what: string;
  readonly aimSeconds: number;
  /** Until 95 % of what is asked for is accepted within 2 s, and stays so; undefined: not while the load lasted. */
  readonly seconds: number | undefined;
  /** From the death until the process ran again. */
  readonly backSeconds: number;
  readonly answers: ReadonlyMap<string, number>;
}

/** Whole seconds are counted: the true time is at most the one that is shown. */
export const recoveryTable = (results: readonly Recovered[]): readonly string[] => [
  "",
  `  ${"killed with kill -9".padEnd(32)}${"runs again".padStart(12)}${"95 % again".padStart(12)}${"aim".padStart(8)}   answers`,
  ...results.map(({ what, aimSeconds, seconds, backSeconds, answers }) => {
    const told = [...answers].map(([status, count]) => `${count} × ${status}`).join(", ");
    const back = `${backSeconds.toFixed(1)} s`.padStart(12);
    return `  ${what.padEnd(32)}${back}${(seconds === undefined ? "never" : `${seconds.toFixed(1)} s`).padStart(12)}${`${aimSeconds} s`.padStart(8)}   ${told}`;
  }),
  "",
];
