import type { ChainPosition } from "@malipo/event-log";
import type { AttemptId, PaymentId } from "@malipo/kernel";
import type { HeldEvent } from "@malipo/projections";
import type { RoutedPayment } from "./routed-payment.js";
import { type FoldedPayment, type RouterStore, RowsLostError, type SavedBatch, type Snapshot } from "./router-store.js";

/** The twin of the tables for the simulation and for specs: the same guarantees, shared by several routers. */
export class MemoryRouterStore implements RouterStore {
  private readonly positions = new Map<number, ChainPosition>();
  private readonly rows = new Map<PaymentId, FoldedPayment>();
  private readonly held = new Map<string, HeldEvent>();
  private readonly byAttempt = new Map<AttemptId, PaymentId>();
  private readonly evidence = new Map<number, number>();

  /** As when somebody truncates the tables under the running services. */
  empty(): void {
    for (const rows of [this.positions, this.rows, this.held, this.byAttempt, this.evidence]) rows.clear();
  }

  load(): Promise<Snapshot> {
    const held = [...this.held.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    const ids = new Set(held.map(({ paymentId }) => paymentId));
    const unfinished = [...this.rows.values()].filter(({ payment }) => payment.phase !== "closed" || ids.has(payment.paymentId));
    return Promise.resolve({ positions: new Map(this.positions), unfinished, held });
  }

  offsets(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve(new Map([...this.positions].map(([partition, { offset }]) => [partition, offset])));
  }

  save({ positions, payments, held, released, savedTo }: SavedBatch): Promise<void> {
    for (const partition of positions.keys()) {
      if ((this.positions.get(partition)?.offset ?? 0) < (savedTo.get(partition) ?? 0)) return Promise.reject(new RowsLostError(partition));
    }
    for (const { payment, foldedTo } of payments) {
      const known = this.rows.get(payment.paymentId);
      if (known !== undefined && known.foldedTo > foldedTo) continue;
      this.rows.set(payment.paymentId, { payment, foldedTo });
      for (const { id } of payment.attempts) this.byAttempt.set(id, payment.paymentId);
    }
    for (const event of released) this.held.delete(placeOf(event));
    for (const event of held) {
      if ((this.rows.get(event.paymentId)?.foldedTo ?? 0) <= event.offset) this.held.set(placeOf(event), event);
    }
    for (const [partition, position] of positions) {
      if ((this.positions.get(partition)?.offset ?? 0) < position.offset) this.positions.set(partition, position);
    }
    return Promise.resolve();
  }

  payments(ids: readonly PaymentId[]): Promise<readonly FoldedPayment[]> {
    return Promise.resolve(ids.flatMap((id) => this.rows.get(id) ?? []));
  }

  paymentOfAttempt(id: AttemptId): Promise<RoutedPayment | undefined> {
    const paymentId = this.byAttempt.get(id);
    return Promise.resolve(paymentId === undefined ? undefined : this.rows.get(paymentId)?.payment);
  }

  evidenceOffsets(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve(new Map(this.evidence));
  }

  saveEvidenceOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, next] of offsets) this.evidence.set(partition, Math.max(next, this.evidence.get(partition) ?? 0));
    return Promise.resolve();
  }
}

const placeOf = ({ partition, offset }: HeldEvent): string => `${partition}/${offset}`;
