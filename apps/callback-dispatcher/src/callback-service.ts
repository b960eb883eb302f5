import { type DeliveryFact, parseDeliveryId } from "@malipo/callback-delivery";
import type { PaymentEventCodec } from "@malipo/event-contracts";
import { type ChainListener, type ChainPosition, type ChainRecord, ClockGuard } from "@malipo/event-log";
import type { Account } from "@malipo/kernel";
import { type HeldEvent, holdRecord } from "@malipo/projections";
import type { EventLog, OutgoingRecord, StoredRecord, Subscription, Tail } from "@malipo/ports";
import { failpoint } from "@malipo/runtime";
import type { EventsBatch, FactsBatch, Position } from "./keep-deliveries/callback-store.js";
import { EVENTS, callbackOfEvent } from "./keep-deliveries/callback-of-event.js";
import { HeldEvents } from "./keep-deliveries/held-events.js";
import { DeliveryKeeper } from "./keep-deliveries/delivery-keeper.js";
import { DELIVERIES, readDeliveryRecord, toDeliveryRecord } from "./keep-deliveries/delivery-record.js";
import { type AppendFact, Dispatcher, type DispatcherOptions } from "./schedule-delivery/dispatcher.js";

/** The process's one tail of `payments.events.v1` (`ChainTail`). */
export interface EventTail {
  subscribe(listener: ChainListener): () => void;
  start(from: ReadonlyMap<number, ChainPosition>): Promise<void>;
  stop(): Promise<void>;
}

/** `TopicWriter` of `callbacks.deliveries.v1`. */
export interface FactWriter {
  write(partition: number, record: OutgoingRecord): Promise<{ offset: number }>;
}

type Unreadable = Pick<StoredRecord, "topic" | "partition" | "offset" | "key">;

export type CallbackServiceOptions = Omit<DispatcherOptions, "keeper" | "append" | "isClockRight"> &
  Readonly<{
    log: EventLog;
    tail: EventTail;
    writer: FactWriter;
    /** Puts on record what cannot be read or applied (`parkRecord`). */
    park: (record: Unreadable, reason: "unreadable" | "cannot_be_applied", detail: string) => Promise<unknown>;
    /** Default: the types of events that this version knows. */
    codec?: PaymentEventCodec;
    /** The process must stop and start anew. */
    onFatal: (error: unknown) => void;
  }>;

export const group = "callback-dispatcher";
const source = "/malipo/callback-dispatcher";
const paceMs = 25;

/** The dispatcher without Nest: two tails into the rows, and sends for the partitions that the group gave it. */
export class CallbackService {
  readonly keeper: DeliveryKeeper;
  readonly dispatcher: Dispatcher;
  readonly #held: HeldEvents;
  readonly #clockGuard: ClockGuard;
  readonly #adopting = new Map<number, AbortController>();
  readonly #background = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #deliveries: Tail | undefined;
  #ownership: Subscription | undefined;
  #caughtUp = false;
  #isClockOff = false;

  constructor(private readonly options: CallbackServiceOptions) {
    const { scheduler, logger, store } = options;
    const onFatal = (error: unknown): void => options.onFatal(error);
    this.keeper = new DeliveryKeeper({
      store,
      scheduler,
      logger,
      onFatal,
      paceMs,
      onApplied: (applied) => {
        for (const fact of applied.strays) logger.warn({ deliveryId: fact.deliveryId }, "a fact tells of a callback that no event caused");
        this.dispatcher.applied(applied);
      },
    });
    const guard = new ClockGuard(options);
    this.#clockGuard = guard;
    const clock = { now: () => guard.now(), monotonicMs: () => options.clock.monotonicMs() };
    this.dispatcher = new Dispatcher({ ...options, clock, keeper: this.keeper, append: this.append, isClockRight: () => this.#isClockRight() });
    this.#held = new HeldEvents({ ...options, keeper: this.keeper, onReleased: (applied) => this.dispatcher.applied(applied) });
  }

  /** Also for a redelivery that operations ask for; every instance may put it on record. */
  readonly append: AppendFact = async (fact: DeliveryFact, account: Account) => {
    const { partition, record } = toDeliveryRecord(fact, account);
    return (await this.options.writer.write(partition, record)).offset;
  };

  /** Why the service cannot do its job now. */
  get problem(): string | undefined {
    if (!this.#caughtUp) return "the log has not been read to its end";
    if (this.#ownership === undefined) return "the group has not been joined";
    return this.keeper.problem;
  }

  async start(): Promise<void> {
    const { log, tail } = this.options;
    const positions = await this.keeper.start();
    tail.subscribe((partition, records, after) => this.#readEvents(partition, records, after));
    const chained = positions.filter(({ topic }) => topic === EVENTS);
    await tail.start(new Map(chained.map(({ partition, offset, seq, head }) => [partition, { offset, seq, head }])));
    const ends = await log.ends(DELIVERIES);
    this.#deliveries = await log.tail(DELIVERIES, startOf(positions, ends), (partition, records) => this.#readFacts(partition, records));
    this.#held.start();
    this.#track(this.#catchUp());
    // Not awaited: after a crash the group lets us in only when the session of the dead member is over, and the
    // operations API need not wait for that.
    this.#track(this.#join());
  }

  async #join(): Promise<void> {
    const { log, logger } = this.options;
    const listener = {
      assigned: (partitions: readonly number[]) => partitions.forEach((partition) => this.#assigned(partition)),
      revoked: (partitions: readonly number[]) => partitions.forEach((partition) => this.#revoked(partition)),
    };
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#clockGuard.agreed(source, signal);
        const ownership = await log.own(EVENTS, group, listener);
        if (signal.aborted) return await ownership.stop();
        this.#ownership = ownership;
        return;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ error }, "the group cannot be joined now, trying again");
        if (!(await this.#pause(signal))) return;
      }
    }
  }

  /**
   * Finishes and records the sends under way, gives the partitions back, then stops reading. Not the other way round: who
   * took a partition over while its sends are under way would not find them on record, and send the same callbacks again.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const adopting of this.#adopting.values()) adopting.abort();
    await this.dispatcher.stop();
    await this.#ownership?.stop();
    await this.#deliveries?.stop();
    this.#held.stop();
    await this.keeper.stop();
    await this.options.tail.stop();
    await Promise.all(this.#background);
  }

  async #catchUp(): Promise<void> {
    const ends = await this.#ends(this.#stopping.signal);
    if (ends === undefined) return;
    await Promise.all(ends.map(({ topic, partition, end }) => this.keeper.whenApplied(topic, partition, end)));
    this.#caughtUp = true;
    this.options.logger.info({}, "read to the end of the log");
  }

  #readEvents(partition: number, records: readonly ChainRecord[], after: ChainPosition): void | Promise<void> {
    const owed: EventsBatch["owed"][number][] = [];
    const unread: HeldEvent[] = [];
    for (const record of records) {
      try {
        const callback = callbackOfEvent(record, this.options.codec);
        if (callback !== undefined) owed.push({ offset: record.offset, callback });
      } catch (error) {
        this.#park(record, error);
        unread.push(holdRecord(record));
      }
    }
    if (owed.length > 0) failpoint("callback-dispatcher.after_learned_before_recorded");
    return this.keeper.takeEvents({ partition, ...after }, owed, unread);
  }

  #readFacts(partition: number, records: readonly StoredRecord[]): void | Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const facts: FactsBatch["facts"][number][] = [];
    for (const record of records) {
      try {
        const fact = readDeliveryRecord(record);
        if (parseDeliveryId(fact.deliveryId).partition !== partition) throw new RangeError("the fact lies in a foreign partition");
        facts.push({ offset: record.offset, fact });
      } catch (error) {
        this.#park(record, error);
      }
    }
    return this.keeper.takeFacts(partition, last.offset + 1, facts);
  }

  #park(record: Unreadable, error: unknown): void {
    const { logger, park } = this.options;
    const { topic, partition, offset } = record;
    logger.error({ error, topic, partition, offset }, "a record cannot be read and is parked");
    const detail = error instanceof Error ? error.message : String(error);
    this.#track(park(record, "unreadable", detail).then(() => undefined));
  }

  #assigned(partition: number): void {
    this.#adopting.get(partition)?.abort();
    const adopting = new AbortController();
    this.#adopting.set(partition, adopting);
    this.#track(this.#adopt(partition, adopting.signal));
  }

  #revoked(partition: number): void {
    this.#adopting.get(partition)?.abort();
    this.#adopting.delete(partition);
    this.dispatcher.disown(partition);
  }

  /** Sends begin once the rows hold all that was in the log when the partition came, the old owner's tries included. */
  async #adopt(partition: number, signal: AbortSignal): Promise<void> {
    const ends = await this.#ends(signal);
    if (ends === undefined) return;
    const mine = ends.filter((end) => end.partition === partition);
    await Promise.all(mine.map(({ topic, end }) => this.keeper.whenApplied(topic, partition, end)));
    for (;;) {
      try {
        await this.keeper.between(() => (signal.aborted ? Promise.resolve() : this.dispatcher.own(partition)));
        return;
      } catch (error) {
        this.options.logger.warn({ error, partition }, "callbacks of a partition cannot be read now, trying again");
        if (!(await this.#pause(signal))) return;
      }
    }
  }

  /** Ends of both topics, asked until answered; undefined when the question is no longer of interest. */
  async #ends(signal: AbortSignal): Promise<readonly { topic: string; partition: number; end: number }[] | undefined> {
    while (!signal.aborted) {
      try {
        const [events, deliveries] = await Promise.all([this.options.log.ends(EVENTS), this.options.log.ends(DELIVERIES)]);
        return [
          ...[...events].map(([partition, { end }]) => ({ topic: EVENTS, partition, end })),
          ...[...deliveries].map(([partition, { end }]) => ({ topic: DELIVERIES, partition, end })),
        ];
      } catch (error) {
        this.options.logger.warn({ error }, "the log does not say where it ends, trying again");
        if (!(await this.#pause(signal))) return undefined;
      }
    }
    return undefined;
  }

  /**
   * A callback signed by a clock that was set is refused by whoever checks the age of a signature, and its next try is planned
   * by that clock too. So what is begun goes on by the time before the step, and a new process begins once the broker's agrees.
   */
  #isClockRight(): boolean {
    const stepped = this.#clockGuard.stepped();
    if (stepped === undefined) return true;
    if (!this.#isClockOff) this.options.onFatal(stepped);
    this.#isClockOff = true;
    return false;
  }

  #pause(signal: AbortSignal): Promise<boolean> {
    return this.options.scheduler.sleep(500, signal).then(
      () => true,
      () => false,
    );
  }

  #track(task: Promise<void>): void {
    const settled: Promise<void> = task
      .catch((error: unknown) => this.options.logger.error({ error }, "a task of the callback service failed"))
      .finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }
}

/** @throws Error when the topic is shorter than what the rows have of it: it is not the log they were made from. */
const startOf = (positions: readonly Position[], ends: ReadonlyMap<number, { start: number; end: number }>): Map<number, number> => {
  const from = new Map([...ends].map(([partition, { start }]) => [partition, start]));
  for (const { topic, partition, offset } of positions) {
    if (topic !== DELIVERIES) continue;
    const end = ends.get(partition)?.end ?? 0;
    if (end < offset) throw new Error(`${topic}/${partition} ends at ${end}, but the rows were made from it up to ${offset}: it is not the same log`);
    from.set(partition, offset);
  }
  return from;
};

