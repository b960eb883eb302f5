import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  /** What is waited for, for the error message. */
  readonly what: string;
  /** Ends the wait with the reason of the abort. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is not undefined. Only undefined means "not yet"; a thrown error ends the wait. */
export const waitUntil = async <T>(ask: () => Promise<T | undefined> | T | undefined, options: WaitOptions): Promise<T> => {
  const end = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= end) throw new Error(`${options.what}: not within ${Math.round(options.timeoutMs / 1000)} s`);
    await delay(options.everyMs ?? 50);
  }
};
