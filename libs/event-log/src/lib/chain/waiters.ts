import type { Scheduler, Timer } from "@malipo/ports";

type Waiter = { offset: number; resolve: () => void; reject: (error: unknown) => void };

/** Those who wait for one partition to be read up to an offset. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  constructor(private readonly scheduler: Scheduler) {}

  wait(offset: number, late: () => Error, deadlineMs?: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const waiter: Waiter = { offset, resolve, reject };
    const giveUp = (): void => reject(signal?.reason);
    const timer: Timer | undefined = deadlineMs === undefined ? undefined : this.scheduler.after(deadlineMs, () => reject(late()));
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(waiter);
    return promise.finally(() => {
      timer?.cancel();
      signal?.removeEventListener("abort", giveUp);
      this.#waiting.delete(waiter);
    });
  }

  reached(offset: number): void {
    for (const waiter of this.#waiting) if (waiter.offset <= offset) waiter.resolve();
  }

  failAll(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
