import { systemClock } from "@malipo/runtime";

type Say = (line: string) => void;

const tellEveryMs = 5_000;

/** How fast a run goes, told every few seconds. */
export class Pace {
  readonly #startedMs = systemClock.monotonicMs();
  #toldMs = this.#startedMs;

  constructor(private readonly say: Say) {}

  get seconds(): number {
    return (systemClock.monotonicMs() - this.#startedMs) / 1_000;
  }

  rate(count: number): string {
    return (count / Math.max(0.001, this.seconds)).toFixed(1);
  }

  /** Says the line when it is time to say something again. */
  now(line: () => string): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    this.say(line());
  }
}
