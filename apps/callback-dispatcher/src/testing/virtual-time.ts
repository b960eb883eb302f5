import { type Instant, instant } from "@malipo/kernel";
import type { Clock, Scheduler } from "@malipo/ports";

type Planned = { at: number; order: number; task: () => void; cancelled: boolean };

/** A clock that stands still until it is moved; what is planned runs in its order when its time comes. */
export class VirtualTime implements Clock, Scheduler {
  #now = 1_800_000_000_000;
  #order = 0;
  #planned: Planned[] = [];

  now(): Instant {
    return instant(this.#now);
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): { cancel(): void } {
    const planned = { at: this.#now + Math.max(0, delayMs), order: (this.#order += 1), task, cancelled: false };
    this.#planned.push(planned);
    return { cancel: () => void (planned.cancelled = true) };
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = this.after(delayMs, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets everything that needs no time run to its end. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn += 1) await this.yield();
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (;;) {
      this.#planned = this.#planned.filter(({ cancelled }) => !cancelled);
      const next = this.#planned.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#planned.splice(this.#planned.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.task();
      await this.settle();
    }
    this.#now = until;
  }
}
