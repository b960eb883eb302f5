import { type Instant, instant } from "@malipo/kernel";
import type { Clock, Scheduler } from "@malipo/ports";

type Task = { at: number; run: () => void; cancelled: boolean };

/** Lets everything that is ready run: promise chains, and what they start. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that stands still until it is moved, and a scheduler on it. */
export class VirtualTime implements Clock, Scheduler {
  private ms = 1_800_000_000_000;
  private tasks: Task[] = [];

  now(): Instant {
    return instant(this.ms);
  }

  monotonicMs(): number {
    return this.ms;
  }

  after(delayMs: number, run: () => void) {
    const task: Task = { at: this.ms + delayMs, run, cancelled: false };
    this.tasks.push(task);
    return { cancel: () => void (task.cancelled = true) };
  }

  yield(): Promise<void> {
    return Promise.resolve();
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = this.after(delayMs, resolve);
      signal?.addEventListener("abort", () => (timer.cancel(), reject(signal.reason as Error)), { once: true });
    });
  }

  /** Runs what falls due on the way, one moment after the other. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    await settle();
    for (;;) {
      const due = this.tasks.filter((task) => !task.cancelled && task.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.tasks = this.tasks.filter((task) => task !== due && !task.cancelled);
      this.ms = Math.max(this.ms, due.at);
      due.run();
      await settle();
    }
    this.ms = end;
  }
}
