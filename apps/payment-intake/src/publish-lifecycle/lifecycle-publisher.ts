import { type PaymentEventCodec, encodeLifecycleChange, fromJsonBytes, lifecycleChangeOf, paymentEventCodec, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import type { TopicWriter } from "@malipo/event-log";
import type { Logger, OutgoingRecord, OwnershipListener, Scheduler } from "@malipo/ports";
import type { Checkpoint, EventRow, PaymentsDatabase } from "@malipo/projections";

export type LifecyclePorts = Readonly<{
  database: PaymentsDatabase;
  /** Of `payments.lifecycle.v1`, spaced by 50 ms. */
  writer: TopicWriter;
  scheduler: Scheduler;
  /** Default: the types of events that this version knows. */
  codec?: PaymentEventCodec;
  logger: Logger;
  failpoint: (name: string) => void;
}>;

type Line = { partition: number; next: number | undefined; known: Checkpoint | undefined; queue: EventRow[]; live: boolean };

const pageRows = 500;
const queuedMax = 5_000;
const pauseMs = 50;
const retryMs = 500;

/**
 * Tells every public change on `payments.lifecycle.v1`, at least once and in order per partition, from the rows that
 * are committed. Its checkpoint moves only after the broker has the records, so a crash in between tells them twice;
 * consumers drop what is not past the last id they saw.
 */
export class LifecyclePublisher implements OwnershipListener {
  private readonly lines = new Map<number, Line>();
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly ports: LifecyclePorts) {}

  assigned(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (!this.lines.has(partition)) this.lines.set(partition, { partition, next: undefined, known: undefined, queue: [], live: false });
    }
    this.kick();
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) this.lines.delete(partition);
  }

  /** From the projector, right after its commit. */
  committed(partition: number, rows: readonly EventRow[], from: number, to: Checkpoint): void {
    const line = this.lines.get(partition);
    if (line === undefined) return;
    if (line.live && (line.known?.offset !== from || line.queue.length + rows.length > queuedMax)) {
      line.live = false; // read it from the rows again
      line.queue = [];
    }
    line.known = to;
    if (line.live) line.queue.push(...rows);
    this.kick();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private kick(): void {
    if (this.stopping) return;
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    const { scheduler, logger } = this.ports;
    let failing = false;
    for (;;) {
      let more = false;
      try {
        more = await this.round();
        failing = false;
      } catch (error) {
        if (!failing) logger.warn({ error }, "public changes cannot be told now, trying again");
        failing = true;
        more = true;
      }
      if (!more || this.stopping) break;
      await scheduler.sleep(failing ? retryMs : pauseMs);
    }
    this.running = undefined; // once nothing is left, or what came just now would wait for the next event
  }

  /** Whether there may be more to do. */
  private async round(): Promise<boolean> {
    const lines = [...this.lines.values()];
    if (lines.some(({ next }) => next === undefined)) await this.readPositions(lines);
    const batches: (Told & { line: Line })[] = [];
    for (const line of lines) {
      const batch = await this.next(line);
      if (batch === undefined) continue;
      const told = toRecords(batch, this.ports.codec ?? paymentEventCodec);
      if (told.to.offset < batch.to.offset) {
        line.live = false; // what waits is taken from the rows again, by a version that can read it
        line.queue = [];
      }
      if (told.to.offset > line.next!) batches.push({ line, ...told });
    }
    if (batches.length === 0) return false;
    const records = batches.flatMap(({ records }) => records);
    if (records.length > 0) this.ports.failpoint("payment-intake.after_acted_before_outcome");
    await Promise.all(records.map(({ partition, record }) => this.ports.writer.write(partition, record)));
    const outcome = await this.ports.database.lifecycle.move(
      batches.map(({ line, to }) => ({ partition: line.partition, from: line.next!, to })),
    );
    for (const { line, to } of batches) {
      if (outcome.kind === "ok") {
        line.next = to.offset;
        line.queue = line.queue.filter(({ offset }) => offset >= to.offset);
        if (line.next === line.known?.offset) line.live = true;
      } else {
        line.next = undefined; // somebody else told them, or we cannot know: ask where it stands
        line.live = false;
        line.queue = [];
      }
    }
    if (outcome.kind === "failed" || outcome.kind === "unknown") throw outcome.cause;
    return true;
  }

  private async readPositions(lines: readonly Line[]): Promise<void> {
    const [told, projected] = await Promise.all([this.ports.database.lifecycle.load(), this.ports.database.checkpoints()]);
    for (const line of lines) {
      if (line.next !== undefined) continue;
      line.next = told.get(line.partition)?.offset ?? 0;
      const stored = projected.get(line.partition);
      if (stored !== undefined && (line.known === undefined || stored.offset > line.known.offset)) line.known = stored;
    }
  }

  /** The next rows of a line and the position after them. */
  private async next(line: Line): Promise<{ rows: readonly EventRow[]; to: Checkpoint } | undefined> {
    const { known, next } = line;
    if (known === undefined || next === undefined || next >= known.offset) return undefined;
    if (line.live) return { rows: line.queue.filter(({ offset }) => offset >= next), to: known };
    // How far the rows go comes with them: tables that were emptied and are being filled again go less far than we know.
    const { rows, end } = await this.ports.database.eventsFrom(line.partition, next, pageRows);
    if (end === undefined || next >= end.offset) return undefined;
    if (rows.length < pageRows) return { rows, to: end };
    const last = rows.at(-1)!;
    return { rows, to: { offset: last.offset + 1, seq: last.seq, head: new Uint8Array(0) } };
  }
}

type Told = Readonly<{ records: readonly ReturnType<typeof toRecord>[number][]; to: Checkpoint }>;

/**
 * The partition waits before a row that this version cannot read. Consumers drop what is not past the last id they saw, so
 * to tell it after later ones would be not to tell it.
 */
const toRecords = ({ rows, to }: { rows: readonly EventRow[]; to: Checkpoint }, codec: PaymentEventCodec): Told => {
  const records: ReturnType<typeof toRecord>[number][] = [];
  for (const row of rows) {
    try {
      records.push(...toRecord(row, codec));
    } catch {
      return { records, to: { offset: row.offset, seq: row.seq - 1, head: new Uint8Array(0) } };
    }
  }
  return { records, to };
};

/** @throws UnknownTypeError @throws UndecodableError */
const toRecord = (row: EventRow, codec: PaymentEventCodec): { partition: number; record: OutgoingRecord }[] => {
  const event = codec.decode(row.type, fromJsonBytes(row.value));
  const change = event.type === "CommandRefused" ? undefined : lifecycleChangeOf(event);
  if (change === undefined) return [];
  const { type, value } = encodeLifecycleChange(change);
  const headers = toHeaders({
    id: `${row.partition}-${row.seq}`,
    source: "/malipo/payment-intake",
    type,
    time: row.at,
    subject: row.aggregateId,
    account: row.account,
    aggregateVersion: change.public.version,
    ...(row.commandId !== undefined && { causation: row.commandId }),
    ...(row.correlation !== undefined && { correlation: row.correlation }),
  });
  return [{ partition: row.partition, record: { key: row.aggregateId, value: toJsonBytes(value), headers } }];
};
