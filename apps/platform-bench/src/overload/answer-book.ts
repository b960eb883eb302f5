import { Latencies } from "../load/histogram.js";
import type { Reply } from "../workloads/creator.js";

/** A create that is answered later than this is of no use to the shop that waits for it. */
const goodWithinMs = 2_000;

const windowSeconds = 5;

interface Second {
  intended: number;
  good: number;
}

/** What became of the creates of one phase, by the second in which they were due. */
export class AnswerBook {
  readonly accepted = new Latencies();
  readonly refusals = new Latencies();
  readonly byStatus = new Map<string, number>();
  intended = 0;
  good = 0;
  /** Refusals with 503 or 429 that do not say when to come again. */
  withoutRetryAfter = 0;
  private readonly seconds: Second[] = [];

  /** `dueMs` counts from the start of the phase. */
  add({ status, retryAfterS }: Reply, dueMs: number, tookMs: number): void {
    const second = this.secondOf(dueMs);
    this.intended += 1;
    second.intended += 1;
    this.byStatus.set(String(status), (this.byStatus.get(String(status)) ?? 0) + 1);
    if (status === 201) {
      this.accepted.add(tookMs);
      if (tookMs > goodWithinMs) return;
      this.good += 1;
      second.good += 1;
      return;
    }
    this.refusals.add(tookMs);
    if ((status === 503 || status === 429) && retryAfterS === undefined) this.withoutRetryAfter += 1;
  }

  /** Answers that are neither a payment nor a refusal that asks to come again. */
  get strange(): readonly string[] {
    return [...this.byStatus.keys()].filter((status) => !["201", "503", "429"].includes(status));
  }

  goodPerSecond(seconds: number): number {
    return this.good / seconds;
  }

  /**
   * Seconds from the start of the phase until `share` of what is due in any five seconds is answered well, and stays so;
   * undefined: never. A single late answer in a calm stretch is not an outage.
   */
  secondsUntilKept(share: number): number | undefined {
    const last = this.seconds.findLastIndex((_, at) => {
      const window = this.seconds.slice(at, at + windowSeconds);
      return window.reduce((sum, { good }) => sum + good, 0) < window.reduce((sum, { intended }) => sum + intended, 0) * share;
    });
    return last + 1 < this.seconds.length ? last + 1 : undefined;
  }

  private secondOf(dueMs: number): Second {
    const at = Math.max(0, Math.floor(dueMs / 1_000));
    while (this.seconds.length <= at) this.seconds.push({ intended: 0, good: 0 });
    return this.seconds[at]!;
  }
}
