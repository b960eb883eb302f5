import { headerText } from "@malipo/event-contracts";
import { type Instant, parseInstant } from "@malipo/kernel";
import type { OwnedHandler, StoredRecord, Subscription, Timer } from "@malipo/ports";
import type { ChainRecord } from "../chain/chain-record.js";
import { ChainWriter } from "../chain/chain-writer.js";
import { EndOffsets } from "../chain/end-offsets.js";
import { Spacing } from "../writer/spacing.js";
import { ClockGuard } from "./clock-guard.js";
import { ClockOffError, type DeciderRuntimeOptions, defaults } from "./decider-config.js";
import { OwnedPartition } from "./owned-partition.js";
import { PartitionMemory } from "./partition-memory.js";
import { commandsFrom, type Marks, readToEnd, storedBehind } from "./take-over.js";
import { Tick } from "./tick.js";
import { readCommand } from "./work-item.js";

/**
 * The decider of one chained topic: takes commands in topic order, decides them in ticks against memory, and records each
 * decision in the chain. Nothing else writes there.
 */
export class DeciderRuntime<Command, Event, State> implements OwnedHandler {
  readonly #owned = new Map<number, OwnedPartition<Command, Event, State>>();
  /** Of every partition, owned or not: what a take-over needs beyond the projections. */
  readonly #marks: Marks[];
  readonly #tick: Tick<Command, Event, State>;
  readonly #spacing: Spacing;
  readonly #commandEnds: EndOffsets;
  readonly #clockGuard: ClockGuard;
  readonly #stopping = new AbortController();
  #subscription: Subscription | undefined;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(private readonly options: DeciderRuntimeOptions<Command, Event, State>) {
    const { tail, clock, scheduler, log, definition } = options;
    this.#commandEnds = new EndOffsets(log, definition.commandsTopic);
    this.#marks = Array.from({ length: tail.partitions }, () => ({ cursor: -1, lastAt: undefined }));
    this.#spacing = new Spacing(clock, scheduler);
    const writer = new ChainWriter(options);
    this.#clockGuard = new ClockGuard(options);
    this.#tick = new Tick(options, writer, (partition) => this.#marks[partition]!.lastAt, () => this.#kick(), this.#clockGuard);
    tail.subscribe((partition, records) => this.#onRecords(partition, records));
  }

  /** Joins the group once the broker agrees with our clock. Partitions are served as they are given. */
  async start(): Promise<void> {
    const { log, definition, group } = this.options;
    await this.#clockGuard.agreed(definition.source, this.#stopping.signal);
    this.#subscription = await log.consumeOwned(definition.commandsTopic, group, this);
  }

  /** Gives up all partitions once the tick under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.abort();
    this.#timer?.cancel();
    await this.#running;
    await this.#subscription?.stop();
    await this.#running;
  }

  /** Partitions that are being served now. */
  get serving(): readonly number[] {
    return [...this.#owned.values()].filter(({ status }) => status !== "taking_over").map(({ partition }) => partition);
  }

  async takeOver(partition: number, signal: AbortSignal): Promise<number> {
    const { tail, store, scheduler, definition, logger, clock } = this.options;
    const startedMs = clock.monotonicMs();
    await readToEnd(tail, partition, signal);
    // The partition may have gone and come back meanwhile; then a younger take-over than this one holds its place.
    signal.throwIfAborted();
    const floor = tail.position(partition).offset;
    const memory = new PartitionMemory(definition, floor, this.options.entriesMax ?? defaults.entriesMax);
    const owned = new OwnedPartition(partition, memory, this.options.queuedMax ?? defaults.queuedMax);
    // From here on every record of the partition is taken into this memory, or raises its floor.
    this.#owned.set(partition, owned);
    const stored = await storedBehind(store, partition, () => memory.floor, scheduler, signal);
    const marks = this.#marks[partition]!;
    marks.cursor = Math.max(marks.cursor, stored.cursor ?? -1);
    if (stored.lastAt !== undefined) marks.lastAt = latest(marks.lastAt, stored.lastAt);
    const from = await commandsFrom(this.#commandEnds, definition.commandsTopic, partition, marks.cursor);
    signal.throwIfAborted();
    for (const { aggregateId, account, name, dueAt } of stored.timers) {
      // Asked again when due, so a timer that was over meanwhile does nothing.
      if (memory.get(aggregateId) === undefined) owned.timers.add({ aggregateId, account, name, dueAt });
    }
    for (const { aggregateId, account } of stored.unread ?? []) if (memory.get(aggregateId) === undefined) owned.refresh(aggregateId, account);
    owned.status = "serving";
    logger.info({ partition, from, floor, tookMs: clock.monotonicMs() - startedMs }, "partition taken over");
    this.#kick();
    return from;
  }

  handOver(partition: number): void {
    this.#owned.get(partition)?.abandon();
    this.#owned.delete(partition);
  }

  deliver(partition: number, records: readonly StoredRecord[]): Promise<void> | undefined {
    const owned = this.#owned.get(partition);
    if (owned === undefined || this.#stopped) return undefined;
    const aheadMs = (records.at(-1)?.appendedAtMs ?? 0) - this.options.clock.now();
    if (aheadMs > (this.options.clockSkewMaxMs ?? defaults.clockSkewMaxMs)) {
      this.options.onFatal(new ClockOffError(aheadMs));
      return undefined;
    }
    const full = owned.push(records.map((record) => readCommand(record, this.options.definition)));
    this.#kick();
    return full;
  }

  #onRecords(partition: number, records: readonly ChainRecord[]): void {
    const marks = this.#marks[partition]!;
    const owned = this.#owned.get(partition);
    for (const record of records) {
      const cursor = headerText(record.headers["ce_cmdoffset"]);
      if (cursor !== undefined) marks.cursor = Math.max(marks.cursor, Number(cursor));
      const at = headerText(record.headers["ce_time"]);
      if (at !== undefined) marks.lastAt = latest(marks.lastAt, parseInstant(at));
      if (owned === undefined) continue;
      const entry = owned.memory.apply(record);
      const { subject, account, causation } = record.envelope;
      if (entry?.parked !== undefined) this.options.logger.error({ partition, offset: record.offset, subject, why: entry.parked }, "aggregate parked");
      if (account === undefined || subject === causation) continue; // the record of a refusal has no timers
      if (entry !== undefined) owned.timers.arm(subject, account, entry.parked ? [] : this.options.definition.timersOf(entry.state));
      else owned.refresh(subject, account);
    }
    // Own records come in the middle of a tick, which looks for more work by itself.
    if (owned !== undefined && this.#running === undefined) this.#kick();
  }

  #kick(): void {
    if (this.#stopped) return;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.options.scheduler.yield(); // what comes in the same turn is decided together
      for (;;) {
        const now = this.#clockGuard.now();
        for (const owned of this.#owned.values()) owned.lineUpTimers(now);
        const ready = this.#ready();
        if (ready.length === 0 || this.#stopped || this.options.tail.halted) break;
        await this.#spacing.turn();
        this.#spacing.sent(ready.reduce((waiting, { queue }) => waiting + queue.length, 0));
        await this.#tick.run(ready, (owned) => this.#owned.get(owned.partition) === owned);
      }
    } catch (error) {
      this.#stopped = true; // a defect: what memory holds is in doubt
      this.options.onFatal(error);
    }
    this.#running = undefined; // in the same turn as the last look for work, or a kick could be lost
    this.#sleepUntilNeeded();
  }

  #ready(): OwnedPartition<Command, Event, State>[] {
    const nowMs = this.options.clock.monotonicMs();
    return [...this.#owned.values()].filter(({ status, queue, heldUntilMs }) => status === "serving" && queue.length > 0 && heldUntilMs <= nowMs);
  }

  /** One timer for everything that time alone will bring: held partitions and due timers. */
  #sleepUntilNeeded(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#stopped || this.options.tail.halted) return;
    const { clock, scheduler } = this.options;
    const waits: number[] = [];
    for (const { status, queue, heldUntilMs, timers } of this.#owned.values()) {
      if (status !== "serving") continue;
      if (queue.length > 0) waits.push(heldUntilMs - clock.monotonicMs());
      const dueAt: Instant | undefined = timers.nextDueAt();
      if (dueAt !== undefined) waits.push(dueAt - this.#clockGuard.now());
    }
    if (waits.length === 0) return;
    const delayMs = Math.min(60_000, Math.max(1, Math.min(...waits)));
    this.#timer = scheduler.after(delayMs, () => this.#kick());
  }
}

const latest = (a: Instant | undefined, b: Instant): Instant => (a === undefined || b > a ? b : a);
