import type { PaymentEventCodec } from "@malipo/event-contracts";
import { type ChainTail, type ChainPosition, ChainReader, type ChainRecord, genesisPosition } from "@malipo/event-log";
import { type Clock, type EventLog, LogUnavailableError, type Logger, type Metrics, type OwnershipListener, type Scheduler, type Tail, type Timer } from "@malipo/ports";
import { ChangeSet, type Checkpoint, type EventRow, type PaymentsDatabase } from "@malipo/projections";
import { withMarks } from "./checkpoint-marks.js";
import { readUnread } from "./read-unread.js";
import { PartitionLine, type Slice } from "./partition-line.js";
import { addRecord, type Park } from "./to-row.js";

export type ProjectorPorts = Readonly<{
  database: PaymentsDatabase;
  log: EventLog;
  /** The process's tail of `payments.events.v1`. Build the projector before the tail is started. */
  tail: ChainTail;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  metrics: Metrics;
  park: Park;
  /** Default: the types of events that this version knows. */
  codec?: PaymentEventCodec;
  /** After rows and checkpoint are committed, in order per partition; without rows when they are found to have been, by whomever. */
  onCommitted?: (partition: number, rows: readonly EventRow[], from: number, to: Checkpoint) => void;
  onFatal: (error: unknown) => void;
}>;

type Taken = { line: PartitionLine; current: AbortSignal; slices: readonly Slice[]; from: number; to: Checkpoint; rows: EventRow[] };

const batchRecordsMax = 1_000;
/** More than this waits in the log instead of in memory. */
const lineRecordsMax = 5_000;
const spacingMs = 5;
const retryMsMax = 2_000;
/** How often a quiet projector looks whether its rows are still there. */
const auditMs = 2_000;
const logRetryMs = 200;

/**
 * Keeps the read models of the partitions this process owns: rows and checkpoint in one transaction, by compare-and-set,
 * so that two owners at once cost a retry and never a wrong row. Where the database is behind what this process still
 * has, it reads the log again from the database's checkpoint rather than guess.
 */
export class PaymentProjector implements OwnershipListener {
  private readonly lines = new Map<number, PartitionLine>();
  private readonly unsubscribe: () => void;
  private running: Promise<void> | undefined;
  private stopping = false;
  private failure: string | undefined;
  private auditing: Timer | undefined;

  constructor(private readonly ports: ProjectorPorts) {
    this.unsubscribe = ports.tail.subscribe((partition, records, after) => this.receive(partition, records, after));
  }

  /** Why the read models are not kept now, for the readiness check. */
  get problem(): string | undefined {
    if (this.failure !== undefined) return this.failure;
    const behind = [...this.lines.values()].filter(({ live }) => !live).map(({ partition }) => partition);
    return behind.length === 0 ? undefined : `catching up on partitions ${behind.join(", ")}`;
  }

  get owned(): readonly number[] {
    return [...this.lines.keys()];
  }

  assigned(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (this.lines.has(partition) || this.stopping) continue;
      const line = new PartitionLine(partition);
      this.lines.set(partition, line);
      this.startCatchUp(line);
    }
    this.auditing ??= this.ports.scheduler.after(auditMs, () => void this.audit());
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.lines.get(partition)?.reset();
      this.lines.delete(partition);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.auditing?.cancel();
    this.unsubscribe();
    const ended = this.running;
    this.revoked([...this.lines.keys()]);
    await ended;
  }

  private receive(partition: number, records: readonly ChainRecord[], after: ChainPosition): void {
    const line = this.lines.get(partition);
    if (line === undefined || !line.live) return;
    if (line.length > lineRecordsMax) return this.restart(line);
    line.push({ records, after });
    this.kick();
  }

  /**
   * Tables that were emptied, restored, or swapped are noticed by the next commit; where nothing happens there is none.
   * So the checkpoints are compared now and then, and a line that is not where it was goes on from the database's.
   */
  private async audit(): Promise<void> {
    this.tellLag();
    try {
      const before = new Map([...this.lines.values()].map((line) => [line, line.stored?.offset]));
      const stored = await this.ports.database.checkpoints();
      for (const [line, offset] of before) {
        const idle = line.live && line.queue.length === 0 && line.stored?.offset === offset && this.lines.get(line.partition) === line;
        if (idle && (stored.get(line.partition)?.offset ?? 0) !== offset && this.running === undefined) {
          this.ports.logger.warn({ partition: line.partition }, "the read models are not where they were left, reading the log again");
          this.restart(line);
        }
      }
      await this.lookAtUnread();
      if (this.running === undefined) this.recovered(); // otherwise the commit under way says so
    } catch (error) {
      this.failed(error);
    }
    if (!this.stopping) this.auditing = this.ports.scheduler.after(auditMs, () => void this.audit());
  }

  /** An older version that overlapped may have been faster with a record that this one can read. */
  private async lookAtUnread(): Promise<void> {
    const rows = await this.ports.database.unread([...this.lines.keys()]);
    this.ports.metrics.gauge("held_payments", new Set(rows.map(({ aggregateId }) => aggregateId)).size, { consumer: "payments" });
    const { partitions } = readUnread(rows, this.ports.codec);
    for (const line of this.lines.values()) if (line.live && partitions.has(line.partition)) this.restart(line);
  }

  /** Forgets what is queued and goes on from the database's checkpoint. */
  private restart(line: PartitionLine): void {
    line.reset();
    this.startCatchUp(line);
  }

  private startCatchUp(line: PartitionLine): void {
    const signal = line.current;
    void this.catchUp(line, signal).catch(async (error: unknown) => {
      if (signal.aborted) return;
      if (!(error instanceof LogUnavailableError)) return this.ports.onFatal(error);
      // A log that does not answer now is waited for; the line goes on from wherever the database stands then.
      this.ports.logger.warn({ partition: line.partition, error }, "the log cannot be read again yet, trying again");
      await this.ports.scheduler.sleep(logRetryMs, signal).catch(() => undefined);
      if (!signal.aborted) this.startCatchUp(line);
    });
  }

  /** Asks the database where it stands and reads the log from there until the process's tail is reached. */
  private async catchUp(line: PartitionLine, signal: AbortSignal): Promise<void> {
    const { log, tail } = this.ports;
    const { partition } = line;
    let stored = await this.storedPosition(line, signal);
    while (!signal.aborted && !(await this.readWhatWaited(partition, stored))) {
      await this.ports.scheduler.sleep(logRetryMs, signal).catch(() => undefined);
      if (!signal.aborted) stored = await this.storedPosition(line, signal);
    }
    if (signal.aborted) return;
    line.stored = stored;
    // What another owner has committed meanwhile nobody else here is told of.
    this.ports.onCommitted?.(partition, [], stored.offset, stored);
    line.queuedTo = stored.offset;
    if (this.joinTail(line)) return;

    const reader = new ChainReader(stored);
    const joined = Promise.withResolvers<void>();
    const give = async (records: readonly Parameters<ChainReader["accept"]>[0][]): Promise<void> => {
      // A log that was cut and filled again would pass for one with void records. Where it is, the tail has said so and ended.
      await tail.verify().catch(() => undefined);
      if (signal.aborted || line.live || tail.halted) return joined.resolve();
      const valid = records.map((record) => reader.accept(record)).filter((result) => typeof result === "object");
      line.push({ records: valid, after: reader.position });
      if (this.joinTail(line)) return joined.resolve();
      this.kick();
      while (line.length > lineRecordsMax / 2 && !signal.aborted) await line.whenDrained();
    };
    const replay: Tail = await log.tail(tail.topic, new Map([[partition, stored.offset]]), (_, records) => give(records).catch(joined.reject));
    signal.addEventListener("abort", () => joined.resolve(), { once: true });
    if (signal.aborted) joined.resolve(); // while the log was asked
    await joined.promise.finally(() => replay.stop());
  }

  /**
   * Makes the rows of payments anew that an older version had to park and this one can read. False when the database has
   * gone on meanwhile, or does not answer, and it has to be looked at again.
   */
  private async readWhatWaited(partition: number, stored: Checkpoint): Promise<boolean> {
    const { database, logger } = this.ports;
    try {
      const { changes, paymentIds } = readUnread(await database.unread([partition]), this.ports.codec);
      if (paymentIds.length === 0) return true;
      const outcome = await database.commit(changes, [{ partition, from: stored.offset, to: stored }], paymentIds);
      if (outcome.kind !== "ok") {
        if (outcome.kind !== "stale") this.failed(outcome.cause);
        return false;
      }
      logger.info({ partition, payments: paymentIds.length }, "payments that an older version could not read are read");
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** From now on the tail feeds the line, if nothing lies between the two. */
  private joinTail(line: PartitionLine): boolean {
    if (line.queuedTo < this.ports.tail.position(line.partition).offset) return false;
    line.live = true;
    this.kick();
    return true;
  }

  private async storedPosition(line: PartitionLine, signal: AbortSignal): Promise<Checkpoint> {
    const { database, scheduler, tail } = this.ports;
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, retryMsMax)) {
      try {
        const known = (await database.checkpoints()).get(line.partition);
        this.recovered();
        return known ?? genesisPosition(tail.topic, line.partition, tail.partitions);
      } catch (error) {
        this.failed(error);
        await scheduler.sleep(waitMs, signal).catch(() => undefined);
        if (signal.aborted) return genesisPosition(tail.topic, line.partition, tail.partitions);
      }
    }
  }

  private kick(): void {
    this.running ??= this.run().catch((error: unknown) => {
      this.running = undefined;
      this.ports.onFatal(error);
    });
  }

  private async run(): Promise<void> {
    const { scheduler } = this.ports;
    await scheduler.yield(); // what comes in the same turn goes together
    for (let waitMs = spacingMs; ; ) {
      const taken = this.take();
      if (taken.length === 0) break;
      const committed = await this.commit(taken);
      waitMs = committed ? spacingMs : Math.min(Math.max(waitMs * 2, 100), retryMsMax);
      if (this.stopping) break;
      await scheduler.sleep(waitMs);
    }
    this.running = undefined; // in the same turn as the last look at the queues, or a kick could be lost
  }

  private take(): Taken[] {
    const taken: Taken[] = [];
    let room = batchRecordsMax;
    for (const line of this.lines.values()) {
      if (line.queue.length === 0 || line.stored === undefined || room <= 0) continue;
      const slices = line.front(room);
      if (!PartitionLine.unbroken(line.stored, slices)) {
        // Cannot happen; if it does all the same, reading again costs a moment, and a checkpoint past a hole everything.
        this.ports.logger.error({ partition: line.partition, from: line.stored.offset, to: slices.at(-1)!.after.offset }, "records are missing before a commit, reading the log again");
        this.restart(line);
        continue;
      }
      room -= slices.reduce((sum, { records }) => sum + records.length, 0);
      taken.push({ line, current: line.current, slices, from: line.stored.offset, to: { ...slices.at(-1)!.after }, rows: [] });
    }
    return taken;
  }

  /** False when it has to be tried again after a pause. */
  private async commit(taken: readonly Taken[]): Promise<boolean> {
    const { database } = this.ports;
    const changes = new ChangeSet();
    for (const one of taken) {
      for (const { records } of one.slices) {
        for (const record of records) {
          const row = addRecord(changes, record, this.ports.park, this.ports.codec);
          if (row !== undefined) one.rows.push(row);
        }
      }
      one.to = withMarks(one.to, one.rows);
    }
    const moves = taken.map(({ line, from, to }) => ({ partition: line.partition, from, to }));
    const outcome = await database.commit(changes, moves);
    if (outcome.kind === "ok") {
      this.recovered();
      for (const one of taken) this.applied(one);
      this.tellLag();
      return true;
    }
    if (outcome.kind !== "stale") this.failed(outcome.cause);
    if (outcome.kind !== "failed") await this.compare(taken);
    return false;
  }

  /** How long the oldest record that is not in the tables has been in the log. */
  private tellLag(): void {
    const { clock, metrics } = this.ports;
    const now = clock.now();
    const waiting = [...this.lines.values()].flatMap(({ queue }) => queue.find(({ records }) => records.length > 0)?.records[0]?.appendedAtMs ?? []);
    const lagMs = waiting.reduce((most, appendedAtMs) => Math.max(most, now - appendedAtMs), 0);
    metrics.gauge("log_lag_seconds", lagMs / 1000, { topic: "payments.events.v1", consumer: "payments" });
  }

  /** After a stale or unknown commit: each line goes on from where the database really is. */
  private async compare(taken: readonly Taken[]): Promise<void> {
    let stored: ReadonlyMap<number, Checkpoint>;
    try {
      stored = await this.ports.database.checkpoints();
    } catch (error) {
      this.failed(error);
      return; // still unknown: the same batch is tried again, and its compare-and-set decides
    }
    for (const one of taken) {
      const at = stored.get(one.line.partition)?.offset ?? 0;
      if (at === one.to.offset) this.applied(one);
      else if (at !== one.from && !one.current.aborted) this.restart(one.line);
    }
  }

  private applied({ line, current, slices, rows, from, to }: Taken): void {
    if (current.aborted) return; // the line is another's, or reads again from wherever the database stands
    line.done(slices.length, to);
    this.ports.onCommitted?.(line.partition, rows, from, to);
  }

  private failed(error: unknown): void {
    if (this.failure === undefined) this.ports.logger.warn({ error }, "the read models cannot be kept now, trying again");
    this.failure = "the database does not take the read models";
  }

  private recovered(): void {
    if (this.failure !== undefined) this.ports.logger.info({}, "the read models are kept again");
    this.failure = undefined;
  }
}
