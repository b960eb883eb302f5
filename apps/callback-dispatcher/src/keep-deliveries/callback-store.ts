import type { Delivery, DeliveryFact, DeliveryId, DeliveryState } from "@malipo/callback-delivery";
import type { Instant, PaymentId, Sealed } from "@malipo/kernel";
import type { HeldEvent } from "@malipo/projections";

/** A callback with what is sent: everything that a try needs but the secrets, which are looked up at each one. */
export type Callback = Delivery &
  Readonly<{
    type: string;
    version: number;
    status: string;
    orderNumber: string;
    reference: string;
    /** The exact body, fixed by the causing event. */
    body: string;
    /** The merchant's URL, sealed for the account. */
    url: Sealed;
    traceparent?: string;
  }>;

/** How far the rows have come: the next offset of a partition, and the chain's seq and head where it is chained. */
export type Position = Readonly<{ topic: string; partition: number; offset: number; seq: number; head: Uint8Array }>;

/**
 * Valid records of `payments.events.v1` from `from` up to `after`: the callbacks that they cause, with their offsets, and
 * the records that this version cannot read.
 */
export type EventsBatch = Readonly<{
  from: number;
  after: Position;
  owed: readonly Readonly<{ offset: number; callback: Callback }>[];
  unread: readonly HeldEvent[];
}>;
/** A record that was held and can be read now, and the callback that it causes, if any. */
export type ReadAtLast = Readonly<{ event: HeldEvent; callback: Callback | undefined }>;
/** Records of `callbacks.deliveries.v1`. */
export type FactsBatch = Readonly<{ from: number; after: Position; facts: readonly Readonly<{ offset: number; fact: DeliveryFact }>[] }>;

export type Applied = Readonly<{
  /**
   * All callbacks that may be sent of each payment that the batches tell of, new to the rows or not; empty where none is
   * left. What comes after a record that could not be read waits behind it.
   */
  waiting: ReadonlyMap<PaymentId, readonly Callback[]>;
  partitionOf: ReadonlyMap<PaymentId, number>;
  /** Facts about callbacks that no event caused. */
  strays: readonly DeliveryFact[];
}>;

export type DeliveryFilter = Readonly<{
  paymentId?: string;
  merchantId?: string;
  orderNumber?: string;
  reference?: string;
  state?: DeliveryState;
  /** Exclusive: the page after this one, which is the last of the page before. */
  after?: DeliveryId;
  limit: number;
}>;

export type RecordedAttempt = Readonly<{ offset: number; fact: Extract<DeliveryFact, { type: "CallbackAttempted" }> }>;

/** The rows are behind where the log was read: somebody took rows away, and only a new start can read them again. */
export class RowsLostError extends Error {
  readonly code = "rows_lost";

  constructor(topic: string, partition: number) {
    super(`the rows of ${topic}/${partition} are older than what was applied to them; the service has to start again`);
    this.name = "RowsLostError";
  }
}

/** Rows of callbacks and their attempts: the fold of two topics, and nothing that the topics do not say. */
export interface CallbackStore {
  positions(): Promise<readonly Position[]>;
  /**
   * Applies both kinds, events first, with their checkpoints in one transaction. What another instance has applied
   * meanwhile is passed over. @throws RowsLostError
   */
  apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<Applied>;
  /**
   * All callbacks that may be sent of payments whose head is due before `dueBefore`, soonest first, at most `paymentsMax`
   * payments, and of one account at most `perAccountMax`; those in `except` are left out.
   */
  due(query: {
    partitions: readonly number[];
    dueBefore: Instant;
    paymentsMax: number;
    perAccountMax: number;
    except: readonly PaymentId[];
  }): Promise<ReadonlyMap<PaymentId, readonly Callback[]>>;
  /** Records that were held when they were applied, in order. */
  held(): Promise<readonly HeldEvent[]>;
  /** In one transaction, for those that are still held: they are no more, and their callbacks are owed. */
  release(read: readonly ReadAtLast[]): Promise<Applied>;
  /** Newest first by partition and seq. */
  list(filter: DeliveryFilter): Promise<readonly Callback[]>;
  find(ids: readonly DeliveryId[]): Promise<readonly Callback[]>;
  /** In the order in which they were recorded. */
  attempts(ids: readonly DeliveryId[]): Promise<readonly RecordedAttempt[]>;
}
