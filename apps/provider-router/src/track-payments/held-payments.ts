import type { AttemptId, PaymentId } from "@malipo/kernel";
import type { Metrics } from "@malipo/ports";
import { type HeldEvent, holdRecord } from "@malipo/projections";
import type { ChainRecord } from "@malipo/event-log";
import { attemptIdOf } from "@malipo/security";

/** What the rows have to be told. */
export type HeldChanges = Readonly<{ held: readonly HeldEvent[]; released: readonly HeldEvent[] }>;

/**
 * By payment, the first record that this version cannot read, and all of that payment after it: nothing is begun on a
 * picture with a hole. The rows keep them, so that a restart does not forget the hole and a newer version can fill it.
 */
export class HeldPayments {
  private readonly events = new Map<PaymentId, HeldEvent[]>();
  private held: HeldEvent[] = [];
  private released: HeldEvent[] = [];

  constructor(private readonly metrics: Metrics) {}

  has(id: PaymentId): boolean {
    return this.events.has(id);
  }

  /** Where the hole begins. */
  offsetOf(id: PaymentId): number | undefined {
    return this.events.get(id)?.[0]?.offset;
  }

  add(record: ChainRecord): void {
    const event = holdRecord(record);
    this.held.push(event);
    this.keep(event.paymentId, [event]);
  }

  /** From the rows, and still not readable. */
  keep(id: PaymentId, events: readonly HeldEvent[]): void {
    this.events.set(id, [...(this.events.get(id) ?? []), ...events]);
    this.tell();
  }

  /** They are in the fold now. */
  release(events: readonly HeldEvent[]): void {
    this.released.push(...events);
    this.tell();
  }

  /** Whether it may have begun in a record that is held; `known` of its payment's attempts have begun before. */
  mayHaveBegun(attemptId: AttemptId, known: (id: PaymentId) => number): boolean {
    for (const [id, events] of this.events) {
      if (events.some((_, index) => attemptIdOf(id, known(id) + index + 1) === attemptId)) return true;
    }
    return false;
  }

  take(): HeldChanges {
    const { held, released } = this;
    this.held = [];
    this.released = [];
    return { held, released };
  }

  giveBack({ held, released }: HeldChanges): void {
    this.held.unshift(...held);
    this.released.unshift(...released);
  }

  private tell(): void {
    this.metrics.gauge("held_payments", this.events.size, { consumer: "router" });
  }
}
