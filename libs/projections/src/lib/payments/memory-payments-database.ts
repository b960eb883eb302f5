import {
  type PartitionAnswer,
  type PartitionQuestion,
  type RequestKeyUse,
  type StoredEvent,
  type TakeOverAnswer,
  requestKeyText,
} from "@malipo/event-log";
import type { Account, Instant } from "@malipo/kernel";
import type { Checkpoint, CheckpointMove, CheckpointStore } from "../checkpoints/checkpoint.js";
import { type CommitOutcome, DatabaseUnavailableError } from "../database/pool.js";
import type { EventsPage, OpenReview, PaymentKey, PaymentsDatabase, PaymentSeen, PaymentStory } from "./payments-database.js";
import { resolvedStatuses } from "./resolved.js";
import type { AttemptRow, EventRow, PaymentChanges, RequestKeyRow, ReviewRow, SummaryRow } from "./rows.js";

/** What happens at the next access; the simulation chooses, and may wait before it tells. */
export type DatabaseFault = "none" | "down" | "lost_commit_applied" | "lost_commit_dropped";
export type FaultSource = (access: "read" | "commit") => DatabaseFault | Promise<DatabaseFault>;

const down = () => new DatabaseUnavailableError("the database does not answer");
const openStatuses: readonly string[] = ["pending", "requires_input", "requires_confirmation", "processing"];

/** The same promises as the PostgreSQL adapter, kept in memory; both pass one conformance spec. */
export class MemoryPaymentsDatabase implements PaymentsDatabase {
  private readonly events = new Map<string, EventRow>();
  private readonly versions = new Set<string>();
  private readonly summaries = new Map<string, SummaryRow>();
  private readonly attempts = new Map<string, AttemptRow>();
  private readonly keys = new Map<string, RequestKeyRow>();
  private readonly reviewItems = new Map<string, ReviewRow>();
  private readonly positions = new Map<number, Checkpoint>();
  private readonly published = new Map<number, Checkpoint>();
  readonly lifecycle: CheckpointStore;

  constructor(private readonly faults: FaultSource = () => "none") {
    const { published } = this;
    this.lifecycle = {
      load: () => this.read(() => new Map(published)),
      move: (moves) => this.write(published, moves, () => undefined),
    };
  }

  /** As when somebody truncates the tables under the running services. */
  empty(): void {
    const { events, versions, summaries, attempts, keys, reviewItems, positions, published } = this;
    for (const rows of [events, versions, summaries, attempts, keys, reviewItems, positions, published]) rows.clear();
  }

  /** Every row as it is, for checkers. */
  rows() {
    const { events, summaries, attempts, keys, reviewItems, positions } = this;
    const all = <Row>(rows: ReadonlyMap<unknown, Row>): readonly Row[] => [...rows.values()];
    const checkpoints = [...positions].map(([partition, at]) => ({ partition, ...at }));
    return { checkpoints, events: all(events), summaries: all(summaries), attempts: all(attempts), requestKeys: all(keys), reviews: all(reviewItems) };
  }

  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>> {
    return this.read(() => new Map(this.positions));
  }

  commit(changes: PaymentChanges, moves: readonly CheckpointMove[], anew: readonly string[] = []): Promise<CommitOutcome> {
    return this.write(this.positions, moves, () => {
      this.forget(new Set(anew));
      this.apply(changes);
    });
  }

  unread(partitions: readonly number[]): Promise<readonly EventRow[]> {
    return this.read(() => {
      const held = new Set(this.sorted(({ partition, unread }) => unread === true && partitions.includes(partition)).map(({ aggregateId }) => aggregateId));
      const order = (a: EventRow, b: EventRow): number => (a.aggregateId === b.aggregateId ? a.aggregateVersion - b.aggregateVersion : a.aggregateId < b.aggregateId ? -1 : 1);
      return this.sorted(({ aggregateId }) => held.has(aggregateId)).sort(order);
    });
  }

  lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>> {
    return this.read(() => new Map([...questions].map(([partition, question]) => [partition, this.answer(partition, question)])));
  }

  takeOver(partition: number): Promise<TakeOverAnswer> {
    return this.read(() => {
      const position = this.positions.get(partition);
      if (position === undefined) return { checkpoint: 0, timers: [] };
      const open = [...this.summaries.values()].filter((row) => row.partition === partition && openStatuses.includes(row.internalStatus));
      const unread = [...new Map(this.sorted((row) => row.partition === partition && row.unread === true).map(({ aggregateId, account }) => [aggregateId, { aggregateId, account }])).values()];
      return {
        checkpoint: position.offset,
        ...(position.commandCursor !== undefined && { cursor: position.commandCursor }),
        ...(position.lastAt !== undefined && { lastAt: position.lastAt }),
        timers: open.map(({ paymentId, account, resolveBy, expiresAt }) =>
          resolveBy === undefined
            ? { aggregateId: paymentId, account, name: "expiresAt", dueAt: expiresAt }
            : { aggregateId: paymentId, account, name: "resolveBy", dueAt: resolveBy },
        ),
        ...(unread.length > 0 && { unread }),
      };
    });
  }

  eventsFrom(partition: number, offset: number, limit: number): Promise<EventsPage> {
    return this.read(() => ({
      rows: this.sorted((row) => row.partition === partition && row.offset >= offset).slice(0, limit),
      end: this.positions.get(partition),
    }));
  }

  findPayment(account: Account, partition: number, key: PaymentKey): Promise<PaymentSeen> {
    return this.read(() => this.seen(account, partition, this.find(key)));
  }

  findByRequestKey(account: Account, partition: number, operation: string, keyHash: string): Promise<PaymentSeen> {
    return this.read(() => {
      const use = this.keys.get(requestKeyText({ account, operation, keyHash }));
      return this.seen(account, partition, use && this.summaries.get(use.paymentId));
    });
  }

  story(key: PaymentKey): Promise<PaymentStory | undefined> {
    return this.read(() => {
      const payment = this.find(key);
      if (payment === undefined) return undefined;
      const mine = <Row extends { paymentId: string }>(rows: Iterable<Row>) => [...rows].filter(({ paymentId }) => paymentId === payment.paymentId);
      return {
        payment,
        events: this.sorted(({ aggregateId }) => aggregateId === payment.paymentId).sort((a, b) => a.aggregateVersion - b.aggregateVersion),
        attempts: mine(this.attempts.values()).sort((a, b) => a.number - b.number),
        reviews: mine(this.reviewItems.values()).sort((a, b) => a.openedAt - b.openedAt),
      };
    });
  }

  reviews(filter: Readonly<{ includeResolved: boolean; limit: number; before?: Instant }>): Promise<readonly OpenReview[]> {
    return this.read(() =>
      [...this.reviewItems.values()]
        .filter(({ openedAt }) => filter.before === undefined || openedAt < filter.before)
        .map((item) => {
          const { orderNumber, reference, status, internalStatus } = this.summaries.get(item.paymentId)!;
          const resolved = item.closedAt !== undefined || (item.kind === "unresolved" && resolvedStatuses.includes(internalStatus));
          return { ...item, orderNumber, reference, status, resolved };
        })
        .filter(({ resolved }) => filter.includeResolved || !resolved)
        .sort((a, b) => b.openedAt - a.openedAt || (a.reviewId < b.reviewId ? -1 : 1))
        .slice(0, filter.limit),
    );
  }

  private async read<Value>(take: () => Value): Promise<Value> {
    if ((await this.faults("read")) === "down") throw down();
    return take();
  }

  private async write(positions: Map<number, Checkpoint>, moves: readonly CheckpointMove[], apply: () => void): Promise<CommitOutcome> {
    const fault = await this.faults("commit");
    if (fault === "down") return { kind: "failed", cause: down() };
    if (moves.some(({ partition, from }) => (positions.get(partition)?.offset ?? 0) !== from)) return { kind: "stale" };
    if (fault !== "lost_commit_dropped") {
      for (const { partition, to } of moves) positions.set(partition, merged(positions.get(partition), to));
      apply();
    }
    return fault === "none" ? { kind: "ok" } : { kind: "unknown", cause: down() };
  }

  private forget(payments: ReadonlySet<string>): void {
    if (payments.size === 0) return;
    for (const rows of [this.summaries, this.attempts, this.reviewItems]) {
      for (const [id, { paymentId }] of rows) if (payments.has(paymentId)) rows.delete(id);
    }
    for (const [position, row] of this.events) {
      if (row.unread !== true || !payments.has(row.aggregateId)) continue;
      const { unread: _read, ...readable } = row;
      this.events.set(position, readable);
    }
  }

  private apply(changes: PaymentChanges): void {
    for (const row of changes.events) {
      const position = `${row.partition}/${row.offset}`;
      const version = `${row.aggregateId}/${row.aggregateVersion}`;
      if (this.events.has(position) || this.versions.has(version)) continue;
      this.events.set(position, row);
      this.versions.add(version);
    }
    const add = <Row>(into: Map<string, Row>, id: string, row: Row) => void (into.has(id) || into.set(id, row));
    for (const row of changes.summaries) add(this.summaries, row.paymentId, row);
    for (const patch of changes.summaryPatches) {
      const row = this.summaries.get(patch.paymentId);
      if (row !== undefined && !row.parked && row.aggregateVersion < patch.aggregateVersion) this.summaries.set(patch.paymentId, defined({ ...row, ...patch }));
    }
    for (const row of changes.attempts) add(this.attempts, row.attemptId, row);
    for (const patch of changes.attemptPatches) {
      const row = this.attempts.get(patch.attemptId);
      if (row === undefined || row.aggregateVersion >= patch.aggregateVersion) continue;
      const firstReference = row.firstReference ?? patch.firstReference;
      this.attempts.set(patch.attemptId, { ...row, ...patch, ...(firstReference !== undefined && { firstReference }) });
    }
    for (const row of changes.requestKeys) add(this.keys, requestKeyText(row), row);
    for (const row of changes.reviews) add(this.reviewItems, row.reviewId, row);
    for (const patch of changes.reviewPatches) {
      const row = this.reviewItems.get(patch.reviewId);
      if (row !== undefined && row.aggregateVersion < patch.aggregateVersion) this.reviewItems.set(patch.reviewId, { ...row, ...patch });
    }
  }

  private answer(partition: number, question: PartitionQuestion): PartitionAnswer {
    const orderNumbers = new Set<string>([...this.summaries.values()].map(({ orderNumber }) => orderNumber));
    const uses = question.requestKeys.flatMap((key): [string, RequestKeyUse][] => {
      const use = this.keys.get(requestKeyText(key));
      return use === undefined ? [] : [[requestKeyText(key), { aggregateId: use.paymentId, fingerprint: use.fingerprint }]];
    });
    const stored = (id: string) => this.sorted(({ aggregateId }) => aggregateId === id).sort((a, b) => a.aggregateVersion - b.aggregateVersion);
    return {
      checkpoint: this.positions.get(partition)?.offset ?? 0,
      events: question.aggregateIds.flatMap((id) => stored(id).map(storedEvent)),
      requestKeys: new Map(uses),
      taken: new Set(question.drawn.filter((drawn) => orderNumbers.has(drawn))),
    };
  }

  private find(key: PaymentKey): SummaryRow | undefined {
    if ("paymentId" in key) return this.summaries.get(key.paymentId);
    return [...this.summaries.values()].find(({ orderNumber }) => orderNumber === key.orderNumber);
  }

  private seen(account: Account, partition: number, payment: SummaryRow | undefined): PaymentSeen {
    const checkpoint = this.positions.get(partition)?.offset ?? 0;
    return payment === undefined || payment.account !== account ? { checkpoint } : { checkpoint, payment };
  }

  private sorted(wanted: (row: EventRow) => boolean): EventRow[] {
    return [...this.events.values()].filter(wanted).sort((a, b) => a.offset - b.offset);
  }
}

const merged = (before: Checkpoint | undefined, to: Checkpoint): Checkpoint => {
  const highest = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? (a ?? b) : Math.max(a, b));
  const commandCursor = highest(before?.commandCursor, to.commandCursor);
  const lastAt = highest(before?.lastAt, to.lastAt) as Instant | undefined;
  const { offset, seq, head } = to;
  return { offset, seq, head, ...(commandCursor !== undefined && { commandCursor }), ...(lastAt !== undefined && { lastAt }) };
};

/** Without the fields that a patch has taken away. */
const defined = (row: SummaryRow & Readonly<{ reason?: SummaryRow["reason"] | undefined }>): SummaryRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as SummaryRow;

const storedEvent = ({ aggregateId, aggregateVersion, type, value, commandId, account, offset }: EventRow): StoredEvent => ({
  aggregateId,
  aggregateVersion,
  type,
  value,
  ...(commandId !== undefined && { causation: commandId }),
  account,
  offset,
});
