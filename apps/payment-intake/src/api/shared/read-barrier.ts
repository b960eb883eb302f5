import type { ChainTail } from "@malipo/event-log";
import { temporarilyUnavailable } from "@malipo/http-api";
import { type Account, partitionOf } from "@malipo/kernel";
import type { Clock, Scheduler } from "@malipo/ports";
import type { PaymentSeen } from "@malipo/projections";

const limitMs = 2_000;
const pauseMs = [2, 5, 10, 20, 40] as const;

/**
 * After a 2xx no instance ever answers 404 or an older version: a read asks where the account's partition ends now, and
 * waits until the snapshot that holds the row has passed that. At most two seconds, then 503.
 */
export class ReadBarrier {
  constructor(
    private readonly tail: ChainTail,
    private readonly clock: Clock,
    private readonly scheduler: Scheduler,
  ) {}

  async read(account: Account, ask: (partition: number) => Promise<PaymentSeen>): Promise<PaymentSeen["payment"]> {
    const deadlineMs = this.clock.monotonicMs() + limitMs;
    const partition = partitionOf(account);
    const seen = this.tail.position(partition).offset; // before asking: the tail runs on meanwhile
    const end = (await this.within(deadlineMs, this.tail.ends.latest())).get(partition)?.end ?? 0;
    // What we have read is gone: rows that hold all of what is left would be older than what was told.
    if (end < seen) throw temporarilyUnavailable(new Error("the log ends before what was read of it"));
    for (let round = 0; ; round += 1) {
      const { checkpoint, payment } = await this.within(deadlineMs, ask(partition));
      if (checkpoint >= end) return payment;
      const waitMs = pauseMs[Math.min(round, pauseMs.length - 1)]!;
      if (this.clock.monotonicMs() + waitMs > deadlineMs) throw temporarilyUnavailable(new Error("the read models are behind the log"));
      await this.scheduler.sleep(waitMs);
    }
  }

  private async within<Value>(deadlineMs: number, promise: Promise<Value>): Promise<Value> {
    const done = new AbortController();
    const late = this.scheduler.sleep(Math.max(0, deadlineMs - this.clock.monotonicMs()), done.signal).then(
      () => Promise.reject(temporarilyUnavailable(new Error("no answer within the time of a read"))),
      () => undefined as never,
    );
    late.catch(() => undefined); // the race may be over before it is late
    return Promise.race([promise, late]).finally(() => done.abort());
  }
}
