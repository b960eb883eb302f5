import type { Clock, Logger, Scheduler } from "@malipo/ports";
import { Problem } from "../errors/problem.js";

/** `burst` at once, then `perSecond` for ever. */
export type Tier = Readonly<{ perSecond: number; burst: number }>;

/** `wanted` requests of one key; the store says how many of them pass and when the next one would. */
export type RateClaim = Readonly<{ key: string; tier: Tier; wanted: number }>;
export type RateGrant = Readonly<{ granted: number; retryAfterMs: number }>;

/** Grants in the order of the claims, each key at most once; rejects when it cannot tell. */
export interface RateStore {
  claim(claims: readonly RateClaim[]): Promise<readonly RateGrant[]>;
}

/** A request is not held up longer than this for the shared count. */
const storeMs = 500;
/** After a failure the store is left alone for this long. */
const restMs = 1_000;

type Waiter = { resolve(retryAfterMs: number | undefined): void };
type Queue = { tier: Tier; waiters: Waiter[] };
type Asked = Readonly<{ claim: RateClaim; ahead: number }>;
type Lease = { readonly tier: Tier; left: number };

/** What a busy key takes beyond what waits: a tenth of a second's requests, and never more than this. */
const aheadS = 0.1;
const aheadMax = 100;
/** What was taken ahead and not used by then is given up. */
const leaseMs = 1_000;

/**
 * GCRA shared by all instances through the store: what came in one tick is asked in one statement, one at a time, and a
 * key that asks again within a second takes a little ahead, so that it is not one statement a request. Never is more let
 * through than the tier allows; an account at its limit uses what is taken ahead before it is given up. With the store
 * unreachable each instance limits by itself, so that a database that is down opens no gate.
 */
export class RateLimiter {
  private queues = new Map<string, Queue>();
  /** Keys asked for of late, and what they have left; begun anew every second. */
  private leases = new Map<string, Lease>();
  private ending = false;
  private busy = false;
  private storeDown = false;
  private resting = false;

  constructor(
    private readonly store: RateStore,
    private readonly local: RateStore,
    private readonly scheduler: Scheduler,
    private readonly logger: Logger,
  ) {}

  /** @throws Problem rate_limited with Retry-After. */
  async pass(key: string, tier: Tier): Promise<void> {
    const lease = this.leases.get(key);
    if (lease !== undefined && lease.left > 0 && isSame(lease.tier, tier)) {
      lease.left -= 1;
      return;
    }
    const retryAfterMs = await new Promise<number | undefined>((resolve) => {
      let queue = this.queues.get(key);
      if (queue === undefined) this.queues.set(key, (queue = { tier, waiters: [] }));
      queue.waiters.push({ resolve });
      if (!this.busy) {
        this.busy = true;
        void this.work();
      }
    });
    if (retryAfterMs === undefined) return;
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    throw new Problem("rate_limited", "Too many requests.", { headers: { "retry-after": String(seconds) } });
  }

  private async work(): Promise<void> {
    await this.scheduler.yield();
    while (this.queues.size > 0) {
      const batch = [...this.queues];
      this.queues = new Map();
      const grants = await this.claim(batch.map(([key, { tier, waiters }]) => ({ claim: { key, tier, wanted: waiters.length }, ahead: this.ahead(key, tier) })));
      batch.forEach(([key, { tier, waiters }], index) => {
        const { granted, retryAfterMs } = grants[index]!;
        this.keep(key, tier, Math.max(0, granted - waiters.length));
        waiters.forEach((waiter, position) => waiter.resolve(position < granted ? undefined : retryAfterMs));
      });
    }
    this.busy = false;
  }

  private ahead(key: string, { perSecond, burst }: Tier): number {
    return this.leases.has(key) ? Math.min(aheadMax, Math.floor(perSecond * aheadS), Math.floor(burst * aheadS)) : 0;
  }

  private keep(key: string, tier: Tier, left: number): void {
    this.leases.set(key, { tier, left });
    if (this.ending) return;
    this.ending = true;
    this.scheduler.after(leaseMs, () => {
      this.ending = false;
      this.leases = new Map();
    });
  }

  private async claim(asked: readonly Asked[]): Promise<readonly RateGrant[]> {
    const claims = asked.map(({ claim }) => claim);
    if (this.resting) return this.local.claim(claims);
    try {
      const grants = await this.inTime(this.store.claim(asked.map(({ claim, ahead }) => ({ ...claim, wanted: claim.wanted + ahead }))));
      if (this.storeDown) this.logger.info({}, "rate limits are shared again");
      this.storeDown = false;
      return grants;
    } catch (error) {
      if (!this.storeDown) this.logger.warn({ error }, "rate limits are local while the database does not answer");
      this.storeDown = true;
      this.resting = true;
      this.scheduler.after(restMs, () => (this.resting = false));
      return this.local.claim(claims);
    }
  }

  private async inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const settled = new AbortController();
    const late = this.scheduler.sleep(storeMs, settled.signal).then(() => Promise.reject(new Error("the database takes too long")));
    late.catch(() => undefined); // aborted, or late itself: the race has heard it
    answer.catch(() => undefined); // too late to matter
    return Promise.race([answer, late]).finally(() => settled.abort());
  }
}

const isSame = (a: Tier, b: Tier): boolean => a.perSecond === b.perSecond && a.burst === b.burst;

/** One process's own buckets: the fallback, and the store of specs and the simulation. */
export class LocalRateStore implements RateStore {
  /** Theoretical arrival time of the next request by key, on the monotonic clock. */
  private readonly arrivals = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly keysMax = 100_000,
  ) {}

  claim(claims: readonly RateClaim[]): Promise<readonly RateGrant[]> {
    const now = this.clock.monotonicMs();
    return Promise.resolve(claims.map((claim) => this.one(claim, now)));
  }

  private one({ key, tier, wanted }: RateClaim, now: number): RateGrant {
    const interval = 1000 / tier.perSecond;
    // No further ahead than a spent burst: an account whose tier was raised need not wait for what the old one owed.
    const arrival = Math.min(Math.max(this.arrivals.get(key) ?? 0, now), now + tier.burst * interval);
    const room = Math.floor((now + tier.burst * interval - arrival) / interval + 1e-9);
    const granted = Math.max(0, Math.min(wanted, room));
    const next = arrival + granted * interval;
    this.arrivals.delete(key); // re-inserted last, so that the oldest goes first when the map is full
    this.arrivals.set(key, next);
    if (this.arrivals.size > this.keysMax) this.arrivals.delete(this.arrivals.keys().next().value!);
    return { granted, retryAfterMs: Math.max(0, next + interval - tier.burst * interval - now) };
  }
}
