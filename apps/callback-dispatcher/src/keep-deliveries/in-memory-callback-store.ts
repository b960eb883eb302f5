import { type DeliveryFact, type DeliveryId, parseDeliveryId } from "@malipo/callback-delivery";
import type { PaymentId } from "@malipo/kernel";
import type { HeldEvent } from "@malipo/projections";
import type { Applied, Callback, CallbackStore, DeliveryFilter, EventsBatch, FactsBatch, Position, ReadAtLast, RecordedAttempt } from "./callback-store.js";
import { foldFacts, newFrom, paymentsOf } from "./fold-callbacks.js";

/** The twin of `PgCallbackStore` for the simulation and for specs: it survives a "crash" when it is handed on. */
export class InMemoryCallbackStore implements CallbackStore {
  private readonly checkpoints = new Map<string, Position>();
  private readonly rows = new Map<DeliveryId, Callback>();
  private readonly holds = new Map<string, HeldEvent>();
  private readonly recorded = new Map<DeliveryId, RecordedAttempt[]>();

  /** As when somebody truncates the tables under the running services. */
  empty(): void {
    for (const rows of [this.checkpoints, this.rows, this.holds, this.recorded]) rows.clear();
  }

  positions(): Promise<readonly Position[]> {
    return Promise.resolve([...this.checkpoints.values()]);
  }

  apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<Applied> {
    const touched = paymentsOf(events, facts);
    for (const batch of events) {
      const from = newFrom(batch, this.offsetOf(batch.after));
      if (from === undefined) continue;
      for (const { offset, callback } of batch.owed) {
        if (offset < from || this.rows.has(callback.id)) continue;
        this.rows.set(callback.id, callback);
      }
      for (const event of batch.unread) if (event.offset >= from) this.holds.set(placeOf(event), event);
      this.checkpoints.set(nameOf(batch.after), batch.after);
    }
    const strays: DeliveryFact[] = [];
    for (const batch of facts) {
      const from = newFrom(batch, this.offsetOf(batch.after));
      if (from === undefined) continue;
      const fresh = batch.facts.filter(({ offset }) => offset >= from);
      const folded = foldFacts(this.rows, fresh);
      for (const [id, callback] of folded.changed) this.rows.set(id, callback);
      for (const { offset, fact } of fresh) if (fact.type === "CallbackAttempted" && this.rows.has(fact.deliveryId)) this.keep(offset, fact);
      strays.push(...folded.strays);
      this.checkpoints.set(nameOf(batch.after), batch.after);
    }
    return Promise.resolve(this.told(touched, strays));
  }

  held(): Promise<readonly HeldEvent[]> {
    return Promise.resolve([...this.holds.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset));
  }

  release(read: readonly ReadAtLast[]): Promise<Applied> {
    for (const { event, callback } of read) {
      if (!this.holds.delete(placeOf(event)) || callback === undefined || this.rows.has(callback.id)) continue;
      this.rows.set(callback.id, callback);
    }
    return Promise.resolve(this.told(new Map(read.map(({ event }) => [event.paymentId, event.partition])), []));
  }

  due(query: Parameters<CallbackStore["due"]>[0]): Promise<ReadonlyMap<PaymentId, readonly Callback[]>> {
    const { partitions, dueBefore, paymentsMax, perAccountMax } = query;
    const except = new Set(query.except);
    const heads = new Map<PaymentId, Callback>();
    for (const callback of this.inOrder()) {
      if (callback.state !== "waiting" || this.isBehindHold(callback) || heads.has(callback.paymentId) || except.has(callback.paymentId)) continue;
      if (partitions.includes(callback.partition)) heads.set(callback.paymentId, callback);
    }
    const perAccount = new Map<string, number>();
    const taken = [...heads.values()]
      .filter((head) => dueAt(head) <= dueBefore)
      .sort((a, b) => dueAt(a) - dueAt(b))
      .filter(({ account }) => {
        const count = (perAccount.get(account) ?? 0) + 1;
        perAccount.set(account, count);
        return count <= perAccountMax;
      })
      .slice(0, paymentsMax);
    return Promise.resolve(new Map(taken.map(({ paymentId }) => [paymentId, this.waitingOf(paymentId)])));
  }

  list({ limit, after, ...filter }: DeliveryFilter): Promise<readonly Callback[]> {
    const page = this.inOrder()
      .reverse()
      .filter((callback) => after === undefined || isBefore(callback.id, after))
      .filter((callback) => filter.paymentId === undefined || callback.paymentId === filter.paymentId)
      .filter((callback) => filter.merchantId === undefined || callback.account.startsWith(`${filter.merchantId}/`))
      .filter((callback) => filter.orderNumber === undefined || callback.orderNumber === filter.orderNumber)
      .filter((callback) => filter.reference === undefined || callback.reference === filter.reference)
      .filter((callback) => filter.state === undefined || callback.state === filter.state);
    return Promise.resolve(page.slice(0, limit));
  }

  find(ids: readonly DeliveryId[]): Promise<readonly Callback[]> {
    return Promise.resolve(ids.flatMap((id) => this.rows.get(id) ?? []));
  }

  attempts(ids: readonly DeliveryId[]): Promise<readonly RecordedAttempt[]> {
    const found = ids.flatMap((id) => this.recorded.get(id) ?? []);
    const partitionOf = ({ fact }: RecordedAttempt): number => parseDeliveryId(fact.deliveryId).partition;
    return Promise.resolve(found.sort((a, b) => partitionOf(a) - partitionOf(b) || a.offset - b.offset));
  }

  private keep(offset: number, fact: RecordedAttempt["fact"]): void {
    const attempts = this.recorded.get(fact.deliveryId) ?? [];
    if (!attempts.some((attempt) => attempt.fact.attemptId === fact.attemptId)) attempts.push({ offset, fact });
    this.recorded.set(fact.deliveryId, attempts);
  }

  private offsetOf(position: Position): number {
    return this.checkpoints.get(nameOf(position))?.offset ?? 0;
  }

  private told(touched: ReadonlyMap<PaymentId, number>, strays: readonly DeliveryFact[]): Applied {
    const waiting = new Map([...touched.keys()].map((paymentId) => [paymentId, this.waitingOf(paymentId)] as const));
    return { waiting, partitionOf: touched, strays };
  }

  private waitingOf(paymentId: PaymentId): readonly Callback[] {
    return this.inOrder().filter((callback) => callback.paymentId === paymentId && callback.state === "waiting" && !this.isBehindHold(callback));
  }

  private isBehindHold({ paymentId, seq }: Callback): boolean {
    return [...this.holds.values()].some((event) => event.paymentId === paymentId && event.seq < seq);
  }

  private inOrder(): Callback[] {
    return [...this.rows.values()].sort((a, b) => a.partition - b.partition || a.seq - b.seq);
  }
}

const nameOf = ({ topic, partition }: Position): string => `${topic}/${partition}`;

const placeOf = ({ partition, offset }: HeldEvent): string => `${partition}/${offset}`;

const dueAt = (head: Callback): number => (head.redeliver || head.retryAt === undefined ? head.at : head.retryAt);

const isBefore = (a: DeliveryId, b: DeliveryId): boolean => {
  const [left, right] = [parseDeliveryId(a), parseDeliveryId(b)];
  return left.partition < right.partition || (left.partition === right.partition && left.seq < right.seq);
};
