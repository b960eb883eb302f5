import type { ChainPosition } from "@malipo/event-log";
import type { AttemptId, PaymentId } from "@malipo/kernel";
import type { HeldEvent } from "@malipo/projections";
import type { RoutedPayment } from "./routed-payment.js";

/** A fold, and the offset up to which events are in it: another router may be ahead of this one's reading. */
export type FoldedPayment = Readonly<{ payment: RoutedPayment; foldedTo: number }>;

export type Snapshot = Readonly<{
  positions: ReadonlyMap<number, ChainPosition>;
  /** Every payment that is not closed, or of which something is held; read after the positions, so never behind them. */
  unfinished: readonly FoldedPayment[];
  /** By payment, in order: the first record that some version could not read, and all of that payment after it. Read between the two. */
  held: readonly HeldEvent[];
}>;

export type SavedBatch = Readonly<{
  positions: ReadonlyMap<number, ChainPosition>;
  payments: readonly FoldedPayment[];
  /** New ones; what another router's fold has already is not held. */
  held: readonly HeldEvent[];
  /** What these folds have now. */
  released: readonly HeldEvent[];
  /** By partition, how far the caller knows the rows to have come. Rows behind it are not the ones that it has written. */
  savedTo: ReadonlyMap<number, number>;
}>;

/**
 * The rows are behind what was saved: somebody took rows away. To save on would put a checkpoint after payments that no row
 * holds any more, and the next process would never hear of them.
 */
export class RowsLostError extends Error {
  readonly code = "rows_lost";

  constructor(partition: number) {
    super(`the router's rows of partition ${partition} are older than what was saved in them; the service has to start again`);
    this.name = "RowsLostError";
  }
}

/**
 * The router's rows: checkpoints and folds, rebuildable from the log. Several routers keep the same rows; a partition
 * only ever moves forward, and a row is never replaced by an older fold. Every method rejects when the database does not
 * answer.
 */
export interface RouterStore {
  load(): Promise<Snapshot>;
  /** By partition, the next offset of what the rows hold. */
  offsets(): Promise<ReadonlyMap<number, number>>;
  /** One transaction. @throws RowsLostError */
  save(batch: SavedBatch): Promise<void>;
  payments(ids: readonly PaymentId[]): Promise<readonly FoldedPayment[]>;
  paymentOfAttempt(id: AttemptId): Promise<RoutedPayment | undefined>;
  /** By partition, where the reading of webhooks goes on; absent before the first. */
  evidenceOffsets(): Promise<ReadonlyMap<number, number>>;
  /** One statement; a partition only ever moves forward. */
  saveEvidenceOffsets(offsets: ReadonlyMap<number, number>): Promise<void>;
}
