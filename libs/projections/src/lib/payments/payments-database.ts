import type { DeciderStore } from "@malipo/event-log";
import type { Account, Instant, OrderNumber, PaymentId } from "@malipo/kernel";
import type { Checkpoint, CheckpointMove, CheckpointStore } from "../checkpoints/checkpoint.js";
import type { CommitOutcome } from "../database/pool.js";
import type { AttemptRow, EventRow, PaymentChanges, ReviewRow, SummaryRow } from "./rows.js";

export const paymentsConsumer = "payments";
export const lifecycleConsumer = "lifecycle";
export const paymentsTopic = "payments.events.v1";

/** A payment as its account sees it, and how far the same statement's snapshot had got in the account's partition. */
export type PaymentSeen = Readonly<{ checkpoint: number; payment?: SummaryRow }>;

export type PaymentKey = Readonly<{ paymentId: PaymentId } | { orderNumber: OrderNumber }>;

export type OpenReview = ReviewRow & Readonly<{ orderNumber: OrderNumber; reference: string; status: string; resolved: boolean }>;

export type PaymentStory = Readonly<{ payment: SummaryRow; events: readonly EventRow[]; attempts: readonly AttemptRow[]; reviews: readonly ReviewRow[] }>;

/** Projected events in order, and where the rows end: both of one moment. */
export type EventsPage = Readonly<{ rows: readonly EventRow[]; end: Pick<Checkpoint, "offset" | "seq" | "head"> | undefined }>;

/**
 * What the payments part of the platform asks of the database: a narrow set of statements, so that the simulation can
 * stand in for it. All reads reject with `DatabaseUnavailableError` (or the server's error) when they cannot tell.
 */
export interface PaymentsDatabase extends DeciderStore {
  /** Checkpoints of the projections. */
  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>>;
  /**
   * Rows and checkpoints in one transaction, all or nothing. Of the payments in `anew`, whose events are all stored, every
   * other row is made from nothing by these changes, and no event of theirs counts as unread any more.
   */
  commit(changes: PaymentChanges, moves: readonly CheckpointMove[], anew?: readonly string[]): Promise<CommitOutcome>;
  /** Every event of each aggregate in these partitions that has one which could not be read, in order of version within each. */
  unread(partitions: readonly number[]): Promise<readonly EventRow[]>;
  /** From an offset on, at most so many; what lies beyond the last of a full page is on the next. */
  eventsFrom(partition: number, offset: number, limit: number): Promise<EventsPage>;
  /** As the account: nothing of any other is ever seen. `partition` is the account's. */
  findPayment(account: Account, partition: number, key: PaymentKey): Promise<PaymentSeen>;
  /** The payment that used an idempotency key. */
  findByRequestKey(account: Account, partition: number, operation: string, keyHash: string): Promise<PaymentSeen>;
  /** For operators, whatever the account. */
  story(key: PaymentKey): Promise<PaymentStory | undefined>;
  reviews(filter: Readonly<{ includeResolved: boolean; limit: number; before?: Instant }>): Promise<readonly OpenReview[]>;
  /** What has been published to `payments.lifecycle.v1`. */
  readonly lifecycle: CheckpointStore;
}
