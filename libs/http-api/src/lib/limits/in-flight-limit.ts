import { temporarilyUnavailable } from "../errors/problem.js";

/** Bounds what one key (an account) may have in flight, so that it cannot starve the others of its partition. */
export class InFlightLimit<Key extends string = string> {
  private readonly counts = new Map<Key, number>();
  private total = 0;

  constructor(
    private readonly perKeyMax: number,
    private readonly totalMax: number,
  ) {}

  /** Runs the task, or answers 503 with Retry-After when the key or the process has too much under way. */
  async run<Result>(key: Key, task: () => Promise<Result>): Promise<Result> {
    const count = this.counts.get(key) ?? 0;
    if (count >= this.perKeyMax || this.total >= this.totalMax) throw temporarilyUnavailable();
    this.counts.set(key, count + 1);
    this.total += 1;
    try {
      return await task();
    } finally {
      this.total -= 1;
      const left = this.counts.get(key)! - 1;
      if (left === 0) this.counts.delete(key);
      else this.counts.set(key, left);
    }
  }
}
