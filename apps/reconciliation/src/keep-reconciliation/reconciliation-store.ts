import type { AttemptId, Instant, ProviderId } from "@malipo/kernel";
import type { Break, BreakKind, BreakResolution, KnownAttempt, LineDigest } from "@malipo/statement-matching";
import type { AttemptChange } from "./attempt-change.js";
import type { MatchedLine, ReconciliationFact } from "./reconciliation-fact.js";

/** How far the rows have come: the next offset of a partition, and the chain's seq and head where it is chained. */
export type Position = Readonly<{ topic: string; partition: number; offset: number; seq: number; head: Uint8Array }>;

export type Batch<Item> = Readonly<{ from: number; after: Position; items: readonly Readonly<{ offset: number; item: Item }>[] }>;
export type EventsBatch = Batch<AttemptChange>;
export type FactsBatch = Batch<ReconciliationFact>;

export type ListedBreak = Break &
  Readonly<{ state: "open" | "closed"; owner: string; openedAt: Instant; closedAt?: Instant; resolution?: BreakResolution }>;

export type BreakFilter = Readonly<{
  state?: "open" | "closed";
  kind?: BreakKind;
  provider?: string;
  orderNumber?: string;
  /** Exclusive: the last of the page before. */
  after?: string;
  limit: number;
}>;

export type ListedStatement = Readonly<{
  statementId: string;
  provider: ProviderId;
  day: string;
  state: "begun" | "completed";
  lines: number;
  knownLines: number;
  unreadableLines: number;
  begunAt: Instant;
  completedAt?: Instant;
}>;

export type ChargesQuery = Readonly<{
  provider: ProviderId;
  from: number;
  to: number;
  /** Charged before this: later ones may not have been written down by the provider yet. */
  chargedBefore: number;
  after?: AttemptId;
  limit: number;
}>;

/** The rows are behind where the log was read: somebody took rows away, and only a new start can read them again. */
export class RowsLostError extends Error {
  readonly code = "rows_lost";

  /** `place`: topic and partition. */
  constructor(place: string) {
    super(`the rows of ${place} are older than what was applied to them; the service has to start again`);
    this.name = "RowsLostError";
  }
}

/** Rows of attempts, statements, lines, and breaks: the fold of two topics, and nothing that the topics do not say. */
export interface ReconciliationStore {
  positions(): Promise<readonly Position[]>;
  /** In one transaction with the checkpoints; what another instance has applied is passed over. Tells which attempts changed. */
  apply(events: readonly EventsBatch[], facts: readonly FactsBatch[]): Promise<readonly AttemptId[]>;
  linesByDigest(digests: readonly LineDigest[]): Promise<readonly MatchedLine[]>;
  linesOfAttempts(attempts: readonly AttemptId[]): Promise<readonly MatchedLine[]>;
  /** Lines without an attempt that one of the attempts may explain. */
  unmatchedLinesFor(attempts: readonly AttemptId[]): Promise<readonly MatchedLine[]>;
  attemptsByKeys(provider: ProviderId, keys: readonly string[]): Promise<readonly KnownAttempt[]>;
  attemptsById(ids: readonly AttemptId[]): Promise<readonly KnownAttempt[]>;
  attemptsOfOrder(orderNumber: string): Promise<readonly KnownAttempt[]>;
  /** Charged in the span and without a line, by attempt id. */
  unmatchedCharges(query: ChargesQuery): Promise<readonly KnownAttempt[]>;
  openBreaksOf(attempts: readonly AttemptId[]): Promise<readonly ListedBreak[]>;
  /** Oldest first. */
  breaks(filter: BreakFilter): Promise<readonly ListedBreak[]>;
  /** In whatever state. */
  breaksById(breakIds: readonly string[]): Promise<readonly ListedBreak[]>;
  /** Newest first. */
  statements(filter: Readonly<{ provider?: string; statementId?: string; limit: number }>): Promise<readonly ListedStatement[]>;
}

/** From which offset a batch is new to the rows; undefined when they have all of it. @throws RowsLostError */
export const newFrom = ({ from, after }: Batch<unknown>, checkpoint: number): number | undefined => {
  if (checkpoint < from) throw new RowsLostError(`${after.topic}/${after.partition}`);
  return checkpoint >= after.offset ? undefined : checkpoint;
};

/** The items of all batches that are new to the rows, in order. */
export const newItems = <Item>(batches: readonly Batch<Item>[], checkpointOf: (position: Position) => number) => {
  const fresh = batches.flatMap((batch) => {
    const from = newFrom(batch, checkpointOf(batch.after));
    return from === undefined ? [] : [{ after: batch.after, items: batch.items.filter(({ offset }) => offset >= from).map(({ item }) => item) }];
  });
  return { items: fresh.flatMap(({ items }) => items), moves: fresh.map(({ after }) => after) };
};
