import type { PaymentEventCodec } from "@malipo/event-contracts";
import type { ChainListener, ChainPosition, ChainRecord } from "@malipo/event-log";
import type { AttemptId } from "@malipo/kernel";
import type { Clock, EventLog, Logger, OutgoingRecord, Random, Scheduler, StoredRecord, Subscription, Tail, Timer } from "@malipo/ports";
import { failpoint } from "@malipo/runtime";
import { ImportStatementHandler } from "./import-statement/import-statement.handler.js";
import { EVENTS, attemptChangeOf } from "./keep-reconciliation/attempt-change.js";
import { RECONCILIATION, type ReconciliationFact, readReconciliationRecord, toReconciliationRecord } from "./keep-reconciliation/reconciliation-fact.js";
import { ReconciliationKeeper } from "./keep-reconciliation/reconciliation-keeper.js";
import { type EventsBatch, type FactsBatch, type ReconciliationStore, RowsLostError } from "./keep-reconciliation/reconciliation-store.js";
import { type RecordFacts, Reviewer } from "./match-statement/reviewer.js";

/** The process's one tail of `payments.events.v1` (`ChainTail`). */
export interface EventTail {
  subscribe(listener: ChainListener): () => void;
  start(from: ReadonlyMap<number, ChainPosition>): Promise<void>;
  stop(): Promise<void>;
}

/** `TopicWriter` of `reconciliation.events.v1`. */
export interface FactWriter {
  write(partition: number, record: OutgoingRecord): Promise<{ offset: number }>;
}

type Unreadable = Pick<StoredRecord, "topic" | "partition" | "offset" | "key">;

export type ReconciliationServiceOptions = Readonly<{
  store: ReconciliationStore;
  log: EventLog;
  tail: EventTail;
  writer: FactWriter;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  park: (record: Unreadable, reason: "unreadable", detail: string) => Promise<unknown>;
  onFatal: (error: unknown) => void;
  /** Default: the types of events that this version knows. */
  codec?: PaymentEventCodec;
  statementLagMs: number;
  chunkLines?: number;
  paceMs?: number;
}>;

export const group = "reconciliation";
const auditMs = 10_000;

/** Reconciliation without Nest: two tails into the rows, imports on request, and open breaks looked at again. */
export class ReconciliationService {
  readonly importStatement: ImportStatementHandler;
  readonly #keeper: ReconciliationKeeper;
  readonly #reviewer: Reviewer;
  readonly #background = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #assigned = new Set<number>();
  /** Partitions of events that wait before a record which only another version can read. */
  readonly #unread = new Map<number, string>();
  #facts: Tail | undefined;
  #auditing: Timer | undefined;
  #ownership: Subscription | undefined;
  #caughtUp = false;

  constructor(private readonly options: ReconciliationServiceOptions) {
    this.#reviewer = new Reviewer({ ...options, record: this.record });
    this.#keeper = new ReconciliationKeeper({ ...options, onApplied: (attempts, facts) => this.#applied(attempts, facts) });
    this.importStatement = new ImportStatementHandler({ ...options, record: this.record });
  }

  /** Why the service cannot do its job now. */
  get problem(): string | undefined {
    if (this.#unread.size > 0) return `a newer version is needed to read on: ${[...this.#unread.values()].join(", ")}`;
    if (!this.#caughtUp) return "the log has not been read to its end";
    if (this.#ownership === undefined) return "the group has not been joined";
    return this.#keeper.problem;
  }

  readonly record: RecordFacts = async (facts) => {
    failpoint("reconciliation.after_learned_before_recorded");
    const written = await Promise.all(
      facts.map(async (fact) => {
        const { partition, record } = toReconciliationRecord(fact, this.options.random.uuid());
        return { partition, offset: (await this.options.writer.write(partition, record)).offset };
      }),
    );
    failpoint("reconciliation.after_recorded_before_acted");
    const last = written.at(-1);
    if (last === undefined) return;
    await this.#keeper.whenApplied(RECONCILIATION, last.partition, Math.max(...written.map(({ offset }) => offset)) + 1);
    failpoint("reconciliation.after_acted_before_outcome");
  };

  async start(): Promise<void> {
    const { log, tail } = this.options;
    const positions = await this.#keeper.start();
    tail.subscribe((partition, records, after) => this.#readEvents(partition, records, after));
    const chained = positions.filter(({ topic }) => topic === EVENTS);
    await tail.start(new Map(chained.map(({ partition, offset, seq, head }) => [partition, { offset, seq, head }])));
    const from = new Map([...(await log.ends(RECONCILIATION))].map(([partition, { start, end }]) => {
      const offset = positions.find((position) => position.topic === RECONCILIATION && position.partition === partition)?.offset ?? start;
      if (end < offset) throw new Error(`${RECONCILIATION}/${partition} ends at ${end}, but the rows were made from it up to ${offset}: it is not the same log`);
      return [partition, offset] as const;
    }));
    this.#facts = await log.tail(RECONCILIATION, from, (partition, records) => this.#readFacts(partition, records));
    this.#track(this.#catchUp());
    this.#auditLater();
    // Not awaited: after a crash the group lets us in only when the session of the dead member is over, and the
    // operations API need not wait for that.
    this.#track(this.#join());
  }

  async #join(): Promise<void> {
    const { log, logger, scheduler } = this.options;
    const listener = {
      assigned: (partitions: readonly number[]) => partitions.forEach((partition) => this.#own(partition)),
      revoked: (partitions: readonly number[]) => partitions.forEach((partition) => this.#disown(partition)),
    };
    while (!this.#stopping.signal.aborted) {
      try {
        const ownership = await log.own(RECONCILIATION, group, listener);
        if (this.#stopping.signal.aborted) return await ownership.stop();
        this.#ownership = ownership;
        return;
      } catch (error) {
        logger.warn({ error }, "the group cannot be joined now, trying again");
        await scheduler.sleep(500, this.#stopping.signal).catch(() => undefined);
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#auditing?.cancel();
    await this.#ownership?.stop();
    await this.#reviewer.stop();
    await this.#facts?.stop();
    await this.#keeper.stop();
    await this.options.tail.stop();
    await Promise.all(this.#background);
  }

  #applied(attempts: readonly AttemptId[], facts: readonly ReconciliationFact[]): void {
    if (facts.some(({ type }) => type === "BreakOpened")) this.#reviewer.breaksOpened();
    if (facts.some(({ type }) => type === "StatementCompleted")) this.#reviewer.lookAgain();
    if (attempts.length > 0) this.#reviewer.attemptsChanged(attempts);
  }

  #auditLater(): void {
    if (!this.#stopping.signal.aborted) this.#auditing = this.options.scheduler.after(auditMs, () => this.#track(this.#audit()));
  }

  /** Rows that were taken away while nothing happens would make every line of a statement a break. */
  async #audit(): Promise<void> {
    try {
      await this.#keeper.assureRows();
    } catch (error) {
      if (error instanceof RowsLostError) return this.options.onFatal(error);
      this.options.logger.warn({ error }, "the rows cannot be looked at now, trying again");
    }
    this.#auditLater();
  }

  #disown(partition: number): void {
    this.#assigned.delete(partition);
    this.#reviewer.disown(partition);
  }

  #own(partition: number): void {
    this.#assigned.add(partition);
    if (this.#caughtUp) this.#reviewer.own(partition);
  }

  async #catchUp(): Promise<void> {
    const { log, logger, scheduler } = this.options;
    while (!this.#stopping.signal.aborted) {
      try {
        const [events, facts] = await Promise.all([log.ends(EVENTS), log.ends(RECONCILIATION)]);
        await Promise.all([
          ...[...events].map(([partition, { end }]) => this.#keeper.whenApplied(EVENTS, partition, end)),
          ...[...facts].map(([partition, { end }]) => this.#keeper.whenApplied(RECONCILIATION, partition, end)),
        ]);
        this.#caughtUp = true;
        logger.info({}, "read to the end of the log");
        for (const partition of this.#assigned) this.#reviewer.own(partition);
        return;
      } catch (error) {
        logger.warn({ error }, "the log does not say where it ends, trying again");
        await scheduler.sleep(500, this.#stopping.signal).catch(() => undefined);
      }
    }
  }

  /**
   * A partition waits before an event that this version cannot read: passed over, what it says of the money would be missing
   * for ever, and every statement would call it a break. Nobody waits for reconciliation, so all of the partition may.
   */
  #readEvents(partition: number, records: readonly ChainRecord[], after: ChainPosition): void | Promise<void> {
    if (this.#unread.has(partition)) return;
    const items: EventsBatch["items"][number][] = [];
    let read: ChainPosition | undefined;
    for (const record of records) {
      try {
        const item = attemptChangeOf(record, this.options.codec);
        if (item !== undefined) items.push({ offset: record.offset, item });
      } catch (error) {
        this.#unread.set(partition, `${EVENTS}/${partition} from ${record.offset}`);
        this.#park(record, error);
        return read && this.#keeper.takeEvents({ topic: EVENTS, partition, ...read }, items);
      }
      read = { offset: record.offset + 1, seq: record.seq, head: record.digest };
    }
    return this.#keeper.takeEvents({ topic: EVENTS, partition, ...after }, items);
  }

  #readFacts(partition: number, records: readonly StoredRecord[]): void | Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const items: FactsBatch["items"][number][] = [];
    for (const record of records) {
      try {
        const item = readReconciliationRecord(record);
        if (item !== undefined) items.push({ offset: record.offset, item });
      } catch (error) {
        this.#park(record, error);
      }
    }
    return this.#keeper.takeFacts({ topic: RECONCILIATION, partition, offset: last.offset + 1, seq: 0, head: new Uint8Array() }, items);
  }

  #park(record: Unreadable, error: unknown): void {
    const { topic, partition, offset } = record;
    this.options.logger.error({ error, topic, partition, offset }, "a record cannot be read and is parked");
    const detail = error instanceof Error ? error.message : String(error);
    this.#track(this.options.park(record, "unreadable", detail).then(() => undefined));
  }

  #track(task: Promise<void>): void {
    const settled: Promise<void> = task
      .catch((error: unknown) => this.options.logger.error({ error }, "a task of reconciliation failed"))
      .finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }
}
