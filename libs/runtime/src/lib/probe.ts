import type { Clock, Scheduler, Timer } from "@malipo/ports";

export type ProbeOptions = Readonly<{
  /** As the readiness report names it: "the log", "the database". */
  name: string;
  /** Resolves when it answers. Must have a time-out of its own. */
  ask: () => Promise<unknown>;
  clock: Pick<Clock, "monotonicMs">;
  scheduler: Pick<Scheduler, "after">;
  everyMs?: number;
  /** An answer that takes longer than this is none. */
  lateMs?: number;
}>;

/**
 * Asks every 2 s whether something outside this process answers, so that the readiness check, which must answer at once,
 * knows it. A quiet service would otherwise learn only from its next piece of work that its database is gone.
 */
export class Probe {
  private failed = false;
  private askedAtMs: number | undefined;
  private timer: Timer | undefined;
  private stopped = true;

  constructor(private readonly options: ProbeOptions) {}

  get problem(): string | undefined {
    const { name, clock, lateMs = 3_000 } = this.options;
    const late = this.askedAtMs !== undefined && clock.monotonicMs() - this.askedAtMs > lateMs;
    return this.failed || late ? `${name} does not answer` : undefined;
  }

  /** To be called by whoever has just used it with success: the first question comes after a while. */
  start(): void {
    this.stopped = false;
    this.later();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private later(): void {
    const { ask, clock, scheduler, everyMs = 2_000 } = this.options;
    this.timer = scheduler.after(everyMs, () => {
      this.askedAtMs = clock.monotonicMs();
      const answered = (failed: boolean): void => {
        this.failed = failed;
        this.askedAtMs = undefined;
        if (!this.stopped) this.later();
      };
      ask().then(
        () => answered(false),
        () => answered(true),
      );
    });
  }
}
