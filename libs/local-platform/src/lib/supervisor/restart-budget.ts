const windowMs = 60_000;
const restartsMax = 5;
const delayStepsMax = 3;

/** `endless` is for trials in which processes are killed on purpose: each death is as good as the first. */
export type Patience = "usual" | "endless";

/** When a dead process may come back: after 1, 2, 4, 8, 8 s, and at most five times within any minute. */
export class RestartBudget {
  private deaths: readonly number[] = [];

  constructor(
    private readonly nowMs: () => number,
    private readonly firstDelayMs = 1_000,
    private readonly patience: Patience = "usual",
  ) {}

  /** The delay before the next start, or undefined when the process has died too often to be worth another. */
  afterDeath(): number | undefined {
    if (this.patience === "endless") return this.firstDelayMs;
    const now = this.nowMs();
    const recent = this.deaths.filter((at) => now - at < windowMs);
    if (recent.length >= restartsMax) return undefined;
    this.deaths = [...recent, now];
    return this.firstDelayMs * 2 ** Math.min(recent.length, delayStepsMax);
  }
}
