import type { Clock, Metrics } from "@malipo/ports";
import { temporarilyUnavailable } from "../errors/problem.js";

export type AdmissionBounds = Readonly<{
  /** Of one key, whatever the others do. */
  perKeyMax: number;
  /** Of all keys, whatever they take. */
  totalMax: number;
  /** How long a task should take; when tasks take longer, fewer are let in at once. */
  targetMs?: number;
  /** A key of which nothing has come to an end for so long gets nothing more in. */
  stalledMs?: number;
}>;

const defaults = { targetMs: 1_000, stalledMs: 2_000 } as const;
const limitMin = 100;
const limitStart = 200;
const roundMsMin = 100;
const roundMsMax = 1_000;
const growth = 1.1;
const shrinkMin = 0.7;
/** A limit of which less than this was used says nothing about what would fit. */
const usedShare = 0.8;

type Entry = { count: number; movedAtMs: number };

/**
 * Lets in as much at once as comes to an end in time, and refuses the rest before it costs anything. How much that is
 * nobody has to configure: the limit grows while tasks end within the target, and shrinks in proportion when they do not,
 * once in a round of about the time that a task takes (so that each step is judged by what came of it).
 *
 * With the house full every key may still have its equal share of it, so that one that floods finds the door closed and the
 * others do not. A key of which nothing ends any more (its partition has no owner, the database is away) is closed by
 * itself, so that what waits there takes no room from the rest; the first end opens it again.
 */
export class Admission<Key extends string = string> {
  private readonly keys = new Map<Key, Entry>();
  private total = 0;
  private current: number;
  private round = { beganMs: 0, lengthMs: roundMsMin, sum: 0, squares: 0, most: 0 };
  private readonly targetMs: number;
  private readonly stalledMs: number;

  constructor(
    private readonly bounds: AdmissionBounds,
    private readonly clock: Clock,
    private readonly metrics?: Metrics,
  ) {
    this.targetMs = bounds.targetMs ?? defaults.targetMs;
    this.stalledMs = bounds.stalledMs ?? defaults.stalledMs;
    this.current = Math.min(limitStart, bounds.totalMax);
  }

  /** What is let in at once as of now. */
  get limit(): number {
    return Math.floor(this.current);
  }

  get inFlight(): number {
    return this.total;
  }

  /** Whether there is anything to ask `refusal` for: a cheap first look at every request. */
  get isCalm(): boolean {
    return this.total < this.limit && this.total < limitMin;
  }

  /** Why a task of this key would not be let in now. */
  refusal(key: Key): "key_full" | "key_stalled" | "full" | undefined {
    const entry = this.keys.get(key);
    if (this.total >= this.bounds.totalMax) return "full";
    if (entry !== undefined && entry.count >= this.bounds.perKeyMax) return "key_full";
    if (entry !== undefined && this.clock.monotonicMs() - entry.movedAtMs > this.stalledMs) return "key_stalled";
    if (this.total < this.limit) return undefined;
    const keys = this.keys.size + (entry === undefined ? 1 : 0);
    return (entry?.count ?? 0) < Math.floor(this.limit / keys) ? undefined : "full";
  }

  /** @throws Problem temporarily_unavailable with Retry-After, counted by its reason. */
  check(key: Key): void {
    const reason = this.refusal(key);
    if (reason === undefined) return;
    this.metrics?.count("admission_refused_total", { reason });
    throw temporarilyUnavailable();
  }

  /** Runs the task, or answers 503 with Retry-After when the key or the process has too much under way. */
  async run<Result>(key: Key, task: () => Promise<Result>): Promise<Result> {
    this.check(key);
    const beganMs = this.clock.monotonicMs();
    const entry = this.keys.get(key) ?? { count: 0, movedAtMs: beganMs };
    this.keys.set(key, entry);
    entry.count += 1;
    this.total += 1;
    this.round.most = Math.max(this.round.most, this.total);
    try {
      return await task();
    } finally {
      const nowMs = this.clock.monotonicMs();
      this.total -= 1;
      entry.count -= 1;
      entry.movedAtMs = nowMs;
      if (entry.count === 0) this.keys.delete(key);
      this.learn(nowMs, nowMs - beganMs);
      this.metrics?.gauge("admission_in_flight", this.total); // with each end, or it would not come to 0 at rest
    }
  }

  private learn(nowMs: number, tookMs: number): void {
    const { round } = this;
    round.sum += tookMs;
    round.squares += tookMs * tookMs;
    if (nowMs - round.beganMs < round.lengthMs) return;
    // As long as a moment of waiting sees it: what is answered from memory at once must not make the slow ones look fast.
    const took = round.sum === 0 ? 0 : round.squares / round.sum;
    if (took > this.targetMs) this.current = Math.max(limitMin, this.current * Math.max(shrinkMin, this.targetMs / took));
    else if (round.most >= this.current * usedShare) this.current = Math.min(this.bounds.totalMax, this.current * growth);
    this.round = { beganMs: nowMs, lengthMs: Math.min(roundMsMax, Math.max(roundMsMin, took)), sum: 0, squares: 0, most: this.total };
    this.metrics?.gauge("admission_limit", this.limit);
  }
}
