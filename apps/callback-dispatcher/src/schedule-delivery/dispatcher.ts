import { type DeliveryFact, type Send, type SendOutcome, concludeSend } from "@malipo/callback-delivery";
import { type Account, type PaymentId, instant } from "@malipo/kernel";
import type { Clock, Logger, Metrics, Random, Scheduler, Timer } from "@malipo/ports";
import { failpoint } from "@malipo/runtime";
import type { Applied, Callback, CallbackStore } from "../keep-deliveries/callback-store.js";
import type { DeliveryKeeper } from "../keep-deliveries/delivery-keeper.js";
import { DELIVERIES } from "../keep-deliveries/delivery-record.js";
import type { CallbackSender } from "../send-callback/callback-sender.js";
import { type BookLimits, DeliveryBook } from "./delivery-book.js";
import { DueHeap } from "./due-heap.js";
import { type LaneTicket, SendLanes, type SendLimits, defaultSendLimits } from "./send-lanes.js";

/** Puts a fact on `callbacks.deliveries.v1`; rejects when it is not known whether it got there. */
export type AppendFact = (fact: DeliveryFact, account: Account) => Promise<number>;

export type DispatcherOptions = Readonly<{
  store: CallbackStore;
  keeper: DeliveryKeeper;
  sender: CallbackSender;
  append: AppendFact;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  /** False while the clock cannot be believed: what is signed and scheduled by it would be wrong. Default: it always can. */
  isClockRight?: () => boolean;
  sendLimits?: SendLimits;
  bookLimits?: BookLimits;
  /** How far ahead the book looks, and how often it looks into the rows. */
  horizonMs?: number;
  sweepMs?: number;
}>;

type Ticket = LaneTicket<Readonly<{ paymentId: PaymentId; url: string }>>;

const keyStoreRetryMs = 1_000;
const appendRetryMs = 500;
const refillMs = 250;

/** Sends what is due of the partitions that this process owns, and puts every try on record before the next one of that payment. */
export class Dispatcher {
  readonly #limits: BookLimits;
  readonly #book: DeliveryBook;
  readonly #lanes: SendLanes<Ticket["item"]>;
  readonly #due = new DueHeap();
  readonly #owned = new Set<number>();
  readonly #running = new Set<Promise<void>>();
  #timer: { at: number; timer: Timer } | undefined;
  #sweepTimer: Timer | undefined;
  #refillTimer: Timer | undefined;
  #stopped = false;

  constructor(private readonly options: DispatcherOptions) {
    this.#limits = options.bookLimits ?? { paymentsMax: 20_000, perAccountMax: 5_000 };
    this.#book = new DeliveryBook(this.#limits);
    this.#lanes = new SendLanes(options.sendLimits ?? defaultSendLimits);
    this.#scheduleSweep();
  }

  get underway(): number {
    return this.#book.underway;
  }

  /** What the rows now say, in the order of their transactions. */
  applied({ waiting, partitionOf }: Applied): void {
    if (this.#stopped) return;
    for (const [paymentId, callbacks] of waiting) {
      const partition = partitionOf.get(paymentId)!;
      if (this.#owned.has(partition)) this.#adopt(paymentId, partition, callbacks);
    }
    this.#pump();
    this.#refill();
  }

  /** To be called between two transactions, once the rows hold all that was in the log when the partition came. */
  async own(partition: number): Promise<void> {
    this.#owned.add(partition);
    await this.#load([partition]);
  }

  /** Sends under way are finished and recorded; none begins. */
  disown(partition: number): void {
    this.#owned.delete(partition);
    this.#book.dropPartition(partition);
  }

  /** Begins no more sends, and waits for those under way to be on record; each is bounded by its deadline. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.timer.cancel();
    this.#sweepTimer?.cancel();
    this.#refillTimer?.cancel();
    await Promise.all(this.#running);
  }

  #adopt(paymentId: PaymentId, partition: number, callbacks: readonly Callback[]): void {
    this.#book.replace(paymentId, partition, callbacks, this.options.keeper.appliedOffset(DELIVERIES, partition));
    this.#replan(paymentId);
  }

  #replan(paymentId: PaymentId): void {
    const now = this.options.clock.now();
    this.#book.dropIfLater(paymentId, instant(now + (this.options.horizonMs ?? 60_000)));
    const at = this.#book.dueAt(paymentId);
    if (at !== undefined) this.#due.push(at, paymentId);
  }

  #pump(): void {
    if (this.#stopped || !this.#isClockRight()) return;
    const now = this.options.clock.now();
    for (let key = this.#due.popDue(now); key !== undefined; key = this.#due.popDue(now)) {
      const paymentId = key as PaymentId;
      const at = this.#book.dueAt(paymentId);
      if (at === undefined || at > now) continue;
      this.#book.queue(paymentId, true);
      this.#track(this.#address(paymentId));
    }
    this.#drain();
    this.#arm();
  }

  /** Finds out where the head goes, and puts it into that lane. */
  async #address(paymentId: PaymentId): Promise<void> {
    const callback = this.#book.head(paymentId);
    if (callback === undefined) return this.#book.queue(paymentId, false);
    try {
      const destination = await this.options.sender.destinationOf(callback);
      if (destination.kind === "none") {
        this.#book.queue(paymentId, false);
        await this.#perform(paymentId, () => Promise.resolve(destination.outcome));
        return;
      }
      this.#lanes.add({ origin: destination.origin, account: callback.account, item: { paymentId, url: destination.url } });
      this.#drain();
    } catch (error) {
      this.options.logger.warn({ error, deliveryId: callback.id }, "a callback's URL cannot be opened now");
      this.#book.queue(paymentId, false);
      this.#due.push(this.options.clock.now() + keyStoreRetryMs, paymentId);
      this.#arm();
    }
  }

  #drain(): void {
    while (!this.#stopped) {
      const ticket = this.#lanes.next();
      if (ticket === undefined) return;
      this.#track(this.#sendInLane(ticket));
    }
  }

  async #sendInLane(ticket: Ticket): Promise<void> {
    const { paymentId, url } = ticket.item;
    this.#book.queue(paymentId, false);
    let outcome: SendOutcome | undefined;
    const free = (): void => this.#lanes.done(ticket, outcome);
    let freed = false;
    await this.#perform(paymentId, async (callback) => {
      try {
        outcome = await this.options.sender.send(callback, url, this.options.clock.now());
        return outcome;
      } finally {
        freed = true;
        free();
        this.#drain();
      }
    });
    if (!freed) free();
  }

  /** One try of the head, from its beginning to its record. Nothing happens when it is no longer due. */
  async #perform(paymentId: PaymentId, send: (callback: Callback) => Promise<SendOutcome>): Promise<void> {
    const { clock, logger, random } = this.options;
    if (!this.#isClockRight()) return;
    const begun = this.#book.begin(paymentId, clock.now(), random.uuid());
    if (begun === undefined) return this.#replan(paymentId);
    const began = clock.monotonicMs();
    failpoint("callback-dispatcher.after_recorded_before_acted");
    let outcome: SendOutcome;
    try {
      outcome = await send(begun.callback);
    } catch (error) {
      // Not from the wire, whose failures are outcomes: a secret that could not be opened, or a defect of ours.
      logger.error({ error, deliveryId: begun.callback.id }, "a callback could not be sent");
      outcome = { kind: "not_sent", cause: "fault_of_ours" };
    }
    failpoint("callback-dispatcher.after_acted_before_outcome");
    await this.#record(begun, outcome, Math.round(clock.monotonicMs() - began));
    this.#replan(paymentId);
    this.#pump();
  }

  async #record({ callback, send }: { callback: Callback; send: Send }, outcome: SendOutcome, durationMs: number): Promise<void> {
    const { append, keeper, logger, metrics, random, scheduler } = this.options;
    const fact = concludeSend(callback, send, outcome, durationMs, random.below(1_000_000) / 1_000_000);
    for (;;) {
      try {
        const offset = await append(fact, callback.account);
        if (fact.type === "CallbackAttempted") metrics.count("callback_deliveries_total", { outcome: fact.result.kind });
        this.#book.record(callback.paymentId, fact, offset, keeper.appliedOffset(DELIVERIES, callback.partition));
        return;
      } catch (error) {
        // The same attempt id makes a second copy harmless. A process that is stopping leaves it: the try is then
        // repeated with the same webhook id, which is what "at least once" means.
        if (this.#stopped) {
          logger.warn({ error, deliveryId: callback.id }, "a try could not be recorded before the stop");
          return;
        }
        logger.warn({ error, deliveryId: callback.id }, "a try cannot be recorded now, trying again");
        await scheduler.sleep(appendRetryMs);
      }
    }
  }

  #isClockRight(): boolean {
    return this.options.isClockRight?.() ?? true;
  }

  async #load(partitions: readonly number[]): Promise<void> {
    const { clock, horizonMs = 60_000, store } = this.options;
    const { paymentsMax, perAccountMax } = this.#limits;
    const room = paymentsMax - this.#book.size;
    if (room <= 0 || partitions.length === 0) return;
    const found = await store.due({
      partitions,
      dueBefore: instant(clock.now() + horizonMs),
      paymentsMax: room,
      perAccountMax,
      except: this.#book.payments,
    });
    this.#book.leftOut = found.size >= Math.min(room, perAccountMax);
    for (const [paymentId, callbacks] of found) {
      const partition = callbacks[0]!.partition;
      if (this.#owned.has(partition)) this.#adopt(paymentId, partition, callbacks);
    }
    this.#pump();
  }

  /** Room again: what did not fit comes soon rather than at the next sweep. */
  #refill(): void {
    if (!this.#book.leftOut || this.#stopped || this.#refillTimer !== undefined || this.#book.size > 0.5 * this.#limits.paymentsMax) return;
    this.#refillTimer = this.options.scheduler.after(refillMs, () => {
      this.#refillTimer = undefined;
      if (!this.#stopped) this.#track(this.#sweep());
    });
  }

  async #sweep(): Promise<void> {
    try {
      await this.options.keeper.between(() => this.#load([...this.#owned]));
    } catch (error) {
      this.#book.leftOut = true;
      this.options.logger.warn({ error }, "callbacks that are due cannot be read now");
    }
  }

  #scheduleSweep(): void {
    this.#sweepTimer = this.options.scheduler.after(this.options.sweepMs ?? 20_000, () => {
      if (this.#stopped) return;
      this.#track(this.#sweep());
      this.#scheduleSweep();
    });
  }

  #arm(): void {
    const at = this.#due.nextAt;
    if (at === undefined || this.#stopped || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.timer.cancel();
    const timer = this.options.scheduler.after(Math.max(0, at - this.options.clock.now()), () => {
      this.#timer = undefined;
      this.#pump();
    });
    this.#timer = { at, timer };
  }

  #track(task: Promise<void>): void {
    const settled: Promise<void> = task
      .catch((error: unknown) => this.options.logger.error({ error }, "a delivery task failed"))
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }
}

