import { type PaymentEventCodec, type RecordedFact, fromJsonBytes, paymentEventCodec } from "@malipo/event-contracts";
import type { ChainPosition, ChainRecord } from "@malipo/event-log";
import type { AttemptId, PaymentId } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import type { Logger, Metrics, Scheduler } from "@malipo/ports";
import { type HeldEvent, heldRecord } from "@malipo/projections";
import { evolveRouted } from "./evolve-routed.js";
import { HeldPayments } from "./held-payments.js";
import { type RoutedAttempt, type RoutedPayment, attemptOf } from "./routed-payment.js";
import { type FoldedPayment, type RouterStore, RowsLostError } from "./router-store.js";

export type BookPorts = Readonly<{
  store: RouterStore;
  scheduler: Scheduler;
  logger: Logger;
  metrics: Metrics;
  /** Default: the types of events that this version knows. */
  codec?: PaymentEventCodec;
  /** Puts on record what could not be read; its payment is held from there on. */
  park: (record: ChainRecord, detail: string) => void;
  /** The rows were taken away under us: only a new start can read them again. */
  onFatal: (error: unknown) => void;
}>;

export type Change = (payment: RoutedPayment, event: PaymentEvent) => void;

const SAVE_EVERY_MS = 100;
const UNSAVED_MAX = 20_000;
const RETRY_MS = 500;

/**
 * The payments that concern the router, folded in memory and written behind: acting before a save is safe, since a crash
 * only makes the next process fold again and find attempts that it may only ask about. A closed payment leaves memory
 * once it is saved.
 */
export class PaymentBook {
  private readonly payments = new Map<PaymentId, RoutedPayment>();
  private readonly byAttempt = new Map<AttemptId, PaymentId>();
  private readonly positions = new Map<number, ChainPosition>();
  /** How far the rows are known to have come, by our own saves or by what we began from. */
  private readonly savedTo = new Map<number, number>();
  private readonly unsaved = new Set<PaymentId>();
  /** Rows that another router folded further than we have read: what they hold already is not folded again. */
  private readonly foldedTo = new Map<PaymentId, number>();
  private readonly held: HeldPayments;
  private moved = new Set<number>();
  private saving: Promise<void> | undefined;
  private applying: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly ports: BookPorts, private readonly onChange: Change) {
    this.held = new HeldPayments(ports.metrics);
  }

  /** Rows first; the tail then goes on from the returned positions. */
  async load(): Promise<ReadonlyMap<number, ChainPosition>> {
    const { positions, unfinished, held } = await this.ports.store.load();
    for (const row of unfinished) this.rememberRow(row);
    for (const [partition, position] of positions) {
      this.positions.set(partition, position);
      this.savedTo.set(partition, position.offset);
    }
    // What lies at or behind a position is read from the log again, with what came before it: other rows may have been emptied.
    const passed = held.filter(({ partition, offset }) => offset < (positions.get(partition)?.offset ?? 0));
    for (const [paymentId, events] of Map.groupBy(passed, (event) => event.paymentId)) this.readAtLast(paymentId, events);
    return positions;
  }

  /** Undefined also while the payment is held: what is known of it is not the whole. */
  payment(id: PaymentId): RoutedPayment | undefined {
    return this.held.has(id) ? undefined : this.payments.get(id);
  }

  unfinished(): readonly RoutedPayment[] {
    return [...this.payments.values()].filter(({ phase, paymentId }) => phase !== "closed" && !this.held.has(paymentId));
  }

  /** Whether it may have begun in a record that waits behind one that cannot be read here. */
  mayBeHeld(id: AttemptId): boolean {
    return this.held.mayHaveBegun(id, (paymentId) => this.payments.get(paymentId)?.attempts.length ?? 0);
  }

  /** Also of long closed payments, for webhooks that come late. Rejects when the database does not answer. */
  async findAttempt(id: AttemptId): Promise<Readonly<{ payment: RoutedPayment; attempt: RoutedAttempt }> | undefined> {
    const known = this.byAttempt.get(id);
    const payment = known === undefined ? await this.ports.store.paymentOfAttempt(id) : this.payments.get(known);
    const attempt = payment === undefined ? undefined : attemptOf(payment, id);
    return payment === undefined || attempt === undefined ? undefined : { payment, attempt };
  }

  async findPayment(id: PaymentId): Promise<RoutedPayment | undefined> {
    return this.payments.get(id) ?? (await this.ports.store.payments([id]))[0]?.payment;
  }

  /**
   * Before anybody concludes from a missing row: where nothing happens nothing is saved, and nobody would notice that the
   * rows were taken away. @throws RowsLostError, and then the process starts again.
   */
  async assureRows(): Promise<void> {
    const kept = await this.ports.store.offsets();
    for (const [partition, offset] of this.savedTo) {
      if ((kept.get(partition) ?? 0) >= offset) continue;
      const lost = new RowsLostError(partition);
      this.stopped = true;
      this.ports.onFatal(lost);
      throw lost;
    }
  }

  /** The tail's listener. Its promise holds back the next batch while rows are fetched or too much is unsaved. */
  readonly listen = async (partition: number, records: readonly ChainRecord[], after: ChainPosition): Promise<void> => {
    const folding = this.fold(partition, records, after);
    this.applying = Promise.allSettled([this.applying, folding]).then(() => undefined);
    await folding;
    while (this.unsaved.size > UNSAVED_MAX && !this.stopped) await this.ports.scheduler.sleep(SAVE_EVERY_MS);
  };

  /**
   * Resolves once everything that the tail has handed over is folded. The tail counts a batch as read when it hands it over,
   * and the fold may still wait for rows then: who looks here after a catch-up would miss the very record it waited for.
   */
  folded(): Promise<void> {
    return this.applying;
  }

  /** From now on nothing is folded, and nothing waits for rows any more, so that the tail can stop. */
  stopReading(): void {
    this.stopped = true;
  }

  /** Writes what is unsaved, once; for the graceful stop. */
  async close(): Promise<void> {
    this.stopped = true;
    await this.saving;
    await this.save().catch((error: unknown) => this.ports.logger.warn({ error }, "the last rows were not saved"));
  }

  private async fold(partition: number, records: readonly ChainRecord[], after: ChainPosition): Promise<void> {
    await this.fetchMissing(records);
    // Perhaps without the rows it needs: then the position stays before it, and the next process reads it again.
    if (this.stopped) return;
    for (const record of records) this.apply(record);
    this.positions.set(partition, after);
    this.moved.add(partition);
    this.saveSoon();
  }

  private apply(record: ChainRecord): void {
    const paymentId = record.key as PaymentId;
    if (record.offset < (this.foldedTo.get(paymentId) ?? 0)) return;
    if (this.held.has(paymentId)) return this.held.add(record);
    let event: PaymentEvent;
    try {
      const fact = this.read(record);
      if (fact.type === "CommandRefused") return;
      event = fact;
    } catch (error) {
      this.ports.metrics.count("router_parked_total");
      this.ports.park(record, (error as Error).message);
      return this.held.add(record);
    }
    const payment = evolved(this.payments.get(paymentId), event, record);
    if (payment === undefined) return;
    this.remember(payment);
    this.unsaved.add(paymentId);
    this.onChange(payment, event);
  }

  private read(record: ChainRecord): RecordedFact {
    return (this.ports.codec ?? paymentEventCodec).decode(record.envelope.type, fromJsonBytes(record.value));
  }

  /** Folds what an older version could not, if this one can read all of it; the rows hear of it with the next save. */
  private readAtLast(paymentId: PaymentId, events: readonly HeldEvent[]): void {
    const waiting = events.filter(({ offset }) => offset >= (this.foldedTo.get(paymentId) ?? 0));
    const last = events.at(-1)!;
    let payment = this.payments.get(paymentId);
    try {
      for (const record of waiting.map(heldRecord)) {
        const event = this.read(record);
        if (event.type !== "CommandRefused") payment = evolved(payment, event, record) ?? payment;
      }
    } catch {
      return this.held.keep(paymentId, waiting); // put on record as parked when it was held
    }
    this.foldedTo.set(paymentId, Math.max(last.offset + 1, this.foldedTo.get(paymentId) ?? 0));
    if (payment !== undefined) {
      this.remember(payment);
      this.unsaved.add(paymentId);
    }
    this.held.release(events);
    this.ports.logger.info({ paymentId, records: waiting.length }, "records that an older version could not read are read");
    this.moved.add(last.partition);
    this.saveSoon();
  }

  private rememberRow({ payment, foldedTo }: FoldedPayment): void {
    this.remember(payment);
    this.foldedTo.set(payment.paymentId, foldedTo);
  }

  private remember(payment: RoutedPayment): void {
    this.payments.set(payment.paymentId, payment);
    for (const { id } of payment.attempts) this.byAttempt.set(id, payment.paymentId);
  }

  /** Events of payments that were closed and left memory: a late success, a contradiction, a review. */
  private async fetchMissing(records: readonly ChainRecord[]): Promise<void> {
    const created = new Set<string>();
    const missing = new Set<PaymentId>();
    for (const { key, envelope } of records) {
      if (envelope.type.startsWith("payments.payment.initiated.")) created.add(key);
      else if (!created.has(key) && !this.payments.has(key as PaymentId) && envelope.type !== "payments.command.refused.v1") missing.add(key as PaymentId);
    }
    while (missing.size > 0 && !this.stopped) {
      try {
        for (const row of await this.ports.store.payments([...missing])) this.rememberRow(row);
        return;
      } catch (error) {
        this.ports.logger.warn({ error }, "rows cannot be read, trying again");
        await this.ports.scheduler.sleep(RETRY_MS);
      }
    }
  }

  private saveSoon(): void {
    this.saving ??= this.saveUntilDone();
  }

  private async saveUntilDone(): Promise<void> {
    try {
      let wait = SAVE_EVERY_MS;
      while (this.moved.size > 0 && !this.stopped) {
        await this.ports.scheduler.sleep(wait);
        try {
          await this.save();
          wait = SAVE_EVERY_MS;
        } catch (error) {
          if (isLost(error)) {
            this.stopped = true;
            this.ports.onFatal(error);
            return;
          }
          wait = Math.min(10_000, wait * 2);
          this.ports.logger.warn({ error }, "rows cannot be saved, trying again");
        }
      }
    } finally {
      // In the same turn as the last look at what has come: who came in between would find it running, and be left lying.
      this.saving = undefined;
    }
  }

  /** Takes a consistent picture in one turn: positions and folds belong together. */
  private async save(): Promise<void> {
    const moved = this.moved;
    const ids = [...this.unsaved];
    if (moved.size === 0) return;
    const folds = ids.flatMap((id) => this.payments.get(id) ?? []);
    const payments = folds.map((payment) => ({ payment, foldedTo: this.foldedUpTo(payment) }));
    const holds = this.held.take();
    const positions = new Map([...moved].map((partition) => [partition, this.positions.get(partition)!] as const));
    this.moved = new Set();
    this.unsaved.clear();
    try {
      await this.ports.store.save({ positions, payments, ...holds, savedTo: this.savedTo });
    } catch (error) {
      for (const partition of moved) this.moved.add(partition);
      for (const id of ids) this.unsaved.add(id);
      this.held.giveBack(holds);
      throw error;
    }
    for (const [partition, { offset }] of positions) this.savedTo.set(partition, offset);
    for (const payment of folds) this.forgetIfClosed(payment);
  }

  /** The fold holds everything before this offset: all that was read, or less where a record could not be. */
  private foldedUpTo({ paymentId, partition }: RoutedPayment): number {
    return this.held.offsetOf(paymentId) ?? Math.max(this.positions.get(partition)?.offset ?? 0, this.foldedTo.get(paymentId) ?? 0);
  }

  private forgetIfClosed(saved: RoutedPayment): void {
    if (saved.phase !== "closed" || this.payments.get(saved.paymentId) !== saved) return;
    this.payments.delete(saved.paymentId);
    this.foldedTo.delete(saved.paymentId);
    for (const { id } of saved.attempts) this.byAttempt.delete(id);
  }
}

const evolved = (payment: RoutedPayment | undefined, event: PaymentEvent, { envelope, partition }: ChainRecord): RoutedPayment | undefined => {
  const { account, correlation, traceparent } = envelope;
  if (account === undefined) return undefined;
  return evolveRouted(payment, event, { account, partition, ...(correlation !== undefined && { correlation }), ...(traceparent !== undefined && { traceparent }) });
};

/** Table or schema gone, or older than what we saved: rows were dropped, perhaps to be rebuilt. */
const isLost = (error: unknown): boolean =>
  error instanceof RowsLostError || ["42P01", "3F000", "3D000"].includes((error as { code?: string } | undefined)?.code ?? "");
