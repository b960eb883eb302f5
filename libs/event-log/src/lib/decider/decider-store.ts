import type { Account, Instant } from "@malipo/kernel";

/** A client's idempotency key: one request per account and operation. `keyHash` is an HMAC, never the key itself. */
export type RequestKey = Readonly<{ account: Account; operation: string; keyHash: string }>;

/** Who used a request key first. */
export type RequestKeyUse = Readonly<{ aggregateId: string; fingerprint: string }>;

export const requestKeyText = ({ account, operation, keyHash }: RequestKey): string => `${account}\n${operation}\n${keyHash}`;

/** What a tick needs to know of one partition. */
export type PartitionQuestion = Readonly<{
  aggregateIds: readonly string[];
  requestKeys: readonly RequestKey[];
  /** Order numbers drawn for new aggregates: are they taken in this partition? */
  drawn: readonly string[];
}>;

/** One event of an aggregate as it was stored: bytes and attributes of the log record. */
export type StoredEvent = Readonly<{
  aggregateId: string;
  aggregateVersion: number;
  /** `ce_type`. */
  type: string;
  /** The record's value. */
  value: Uint8Array;
  /** `ce_causation`, `ce_account`. */
  causation?: string;
  account?: Account;
  /** Offset in the events topic. */
  offset: number;
}>;

/** Everything in one answer comes from one snapshot of the database. */
export type PartitionAnswer = Readonly<{
  /** Next offset of the partition that this snapshot has not seen; 0 when nothing was projected yet. */
  checkpoint: number;
  /** Every event of the asked aggregates, in order of aggregate version within each. */
  events: readonly StoredEvent[];
  /** By `requestKeyText`; absent when nobody used it. */
  requestKeys: ReadonlyMap<string, RequestKeyUse>;
  /** Which of the drawn order numbers are taken. */
  taken: ReadonlySet<string>;
}>;

export type StoredTimer = Readonly<{
  aggregateId: string;
  account: Account;
  /** Which of the aggregate's timers, as `AggregateDefinition.timersOf` names it. */
  name: string;
  dueAt: Instant;
}>;

export type TakeOverAnswer = Readonly<{
  checkpoint: number;
  /** Highest `ce_cmdoffset` of the partition's events; absent when there is none. */
  cursor?: number;
  /** Highest `ce_time` of the partition's events. */
  lastAt?: Instant;
  /** Timers that may still be open. One too many is harmless: it is asked again before it fires. One too few is not. */
  timers: readonly StoredTimer[];
  /** Aggregates whose rows lack what an older version could not read: their timers are in their events alone. */
  unread?: readonly Readonly<{ aggregateId: string; account: Account }>[];
}>;

/**
 * What the decider asks the projections, on the primary. Each call is one statement (or one snapshot) and rejects when the
 * database does not answer in time; then nothing is decided. The decider itself compares `checkpoint` with its floor.
 */
export interface DeciderStore {
  lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>>;
  takeOver(partition: number): Promise<TakeOverAnswer>;
}
