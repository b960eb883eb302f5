import type { Instant } from "@malipo/kernel";
import { isTracing } from "@malipo/runtime";
import type { AppendVerdict, ChainBatch, ChainWriter } from "../chain/chain-writer.js";
import { type Parking, parkRecord } from "../writer/park-record.js";
import type { ClockGuard } from "./clock-guard.js";
import { type DecidedItems, ItemsDecision, toDrafts } from "./decide-items.js";
import { type DeciderRuntimeOptions, defaults, holdMs } from "./decider-config.js";
import type { PartitionAnswer, PartitionQuestion } from "./decider-store.js";
import type { OwnedPartition } from "./owned-partition.js";
import { traceDecisions } from "./trace-decisions.js";
import { questionFor } from "./tick-question.js";
import type { WorkItem } from "./work-item.js";

type Work<Command, Event, State> = {
  readonly owned: OwnedPartition<Command, Event, State>;
  readonly items: readonly WorkItem<Command>[];
  readonly question: PartitionQuestion | undefined;
};

/** What is done once the append stands: the first `count` items. */
type Covered<Command> = Readonly<{ items: readonly WorkItem<Command>[]; outcomes: readonly string[]; count: number }>;

/** One round over the partitions that have work: look up what is missing, decide, append everything in one request. */
export class Tick<Command, Event, State> {
  readonly #parking: Parking;

  constructor(
    private readonly options: DeciderRuntimeOptions<Command, Event, State>,
    private readonly writer: ChainWriter,
    private readonly lastAt: (partition: number) => Instant | undefined,
    private readonly resynced: () => void,
    private readonly clockGuard: ClockGuard,
  ) {
    const { parked, clock, random, definition } = options;
    this.#parking = { writer: parked, clock, random, source: definition.source };
  }

  async run(ready: readonly OwnedPartition<Command, Event, State>[], stillOwned: (owned: OwnedPartition<Command, Event, State>) => boolean): Promise<void> {
    const stepped = this.clockGuard.stepped();
    if (stepped !== undefined) {
      this.options.onFatal(stepped);
      return ready.forEach((owned) => this.#hold(owned));
    }
    const startedMs = this.options.clock.monotonicMs();
    const startedAt = this.options.clock.now();
    const works = ready.map((owned) => this.#prepare(owned));
    const answers = await this.#lookUp(works);
    const batches = new Map<number, ChainBatch>();
    const covered = new Map<OwnedPartition<Command, Event, State>, Covered<Command>>();
    await Promise.all(
      works.map(async (work) => {
        const { owned } = work;
        if (!stillOwned(owned)) return;
        if (!this.#learn(work, answers) || work.items.length === 0) return this.#hold(owned);
        // Position and memory are of one moment: a record that comes in from here on makes the append stale, not wrong.
        const after = this.options.tail.position(owned.partition);
        const decision = this.#decide(work, answers?.get(owned.partition));
        const ready = await this.#beforeAppend(work, decision).catch((error: unknown) => {
          this.options.logger.warn({ partition: owned.partition, error }, "decisions wait for something that did not answer");
          return false;
        });
        if (!stillOwned(owned)) return;
        if (!ready) return this.#hold(owned);
        const { drafts, count } = toDrafts(this.options.definition, decision);
        covered.set(owned, { items: work.items, outcomes: decision.outcomes, count });
        if (drafts.length > 0) batches.set(owned.partition, { after, drafts });
      }),
    );
    const sentAt = this.options.clock.now();
    const verdicts = batches.size === 0 ? new Map<number, AppendVerdict>() : await this.writer.append(batches);
    for (const [owned, done] of covered) {
      const verdict = verdicts.get(owned.partition);
      // What has to be decided again was no decision: only what stands is counted and traced.
      if (verdict?.kind !== "resync") this.#tell(owned.partition, done, startedAt);
      if (!stillOwned(owned)) continue;
      if (verdict?.kind === "resync") this.#resync(owned, verdict.done);
      else {
        const fault = verdict?.appendedAtMs === undefined ? undefined : this.clockGuard.compared(sentAt, verdict.appendedAtMs);
        if (fault !== undefined) this.options.onFatal(fault);
        owned.shift(done.count);
      }
    }
    this.options.metrics.observe("decider_tick_seconds", (this.options.clock.monotonicMs() - startedMs) / 1000);
  }

  #prepare(owned: OwnedPartition<Command, Event, State>): Work<Command, Event, State> {
    owned.memory.evict();
    // Too much that the projections do not have yet: only ask how far they are.
    if (owned.memory.overfull) return { owned, items: [], question: { aggregateIds: [], requestKeys: [], drawn: [] } };
    const items = owned.queue.slice(0, this.options.tickItemsMax ?? defaults.tickItemsMax);
    return { owned, items, question: questionFor(this.options.definition, owned, items, this.clockGuard.now()) };
  }

  /** One call for all partitions; undefined when the store did not answer. */
  async #lookUp(works: readonly Work<Command, Event, State>[]): Promise<ReadonlyMap<number, PartitionAnswer> | undefined> {
    const questions = new Map<number, PartitionQuestion>();
    for (const { owned, question } of works) if (question !== undefined) questions.set(owned.partition, question);
    if (questions.size === 0) return new Map();
    try {
      return await this.options.store.lookup(questions);
    } catch (error) {
      this.options.logger.warn({ error }, "the projections do not answer, nothing is decided that needs them");
      return undefined;
    }
  }

  /** Whether everything the items need is in memory now. */
  #learn({ owned, items, question }: Work<Command, Event, State>, answers: ReadonlyMap<number, PartitionAnswer> | undefined): boolean {
    if (question !== undefined) {
      const answer = answers?.get(owned.partition);
      if (answer === undefined || !owned.memory.load(question.aggregateIds, answer)) {
        this.options.metrics.count("decider_waits_total", { reason: answer === undefined ? "no_answer" : "projection_behind" });
        return false;
      }
    }
    return items.every((item) => item.kind === "unreadable" || owned.memory.get(item.aggregateId) !== undefined);
  }

  #decide({ owned, items }: Work<Command, Event, State>, answer: PartitionAnswer | undefined): DecidedItems<Event, State> {
    const { definition, random } = this.options;
    // The clock may have been set since the tick began: what is recorded by it would be found out only afterwards.
    return new ItemsDecision(definition, owned, answer, this.clockGuard.now(), this.lastAt(owned.partition), random).run(items);
  }

  #tell(partition: number, { items, outcomes, count }: Covered<Command>, startedAt: Instant): void {
    const { clock, metrics, definition } = this.options;
    const totals = new Map<string, number>();
    for (const outcome of outcomes.slice(0, count)) totals.set(outcome, (totals.get(outcome) ?? 0) + 1);
    for (const [outcome, total] of totals) metrics.count("decider_commands_total", { outcome }, total);
    if (isTracing()) traceDecisions(definition.eventsTopic, partition, items.slice(0, count), outcomes, startedAt, clock.now());
  }

  /** Parks what cannot be decided and has answers rendered, both before anything later is recorded. */
  async #beforeAppend({ owned, items }: Work<Command, Event, State>, decision: DecidedItems<Event, State>): Promise<boolean> {
    const waits: Promise<unknown>[] = [];
    for (const item of items.slice(0, decision.count)) {
      if (item.kind === "unreadable") waits.push(this.#park(owned.partition, item.record, item.reason, item.detail));
    }
    for (const { item, why } of decision.unappliable) waits.push(this.#park(owned.partition, item.record, "cannot_be_applied", why));
    for (const decided of decision.decided) {
      const answered = this.options.definition.answer?.(decided.event, decided.context);
      if (answered !== undefined) waits.push(answered.then((event) => (decided.event = event)));
    }
    if (waits.length > 0) await Promise.all(waits);
    return true;
  }

  readonly #parkedOnce = new Set<string>();

  async #park(partition: number, record: Parameters<typeof parkRecord>[1], reason: Parameters<typeof parkRecord>[2], detail: string): Promise<void> {
    const place = `${partition}/${record.offset}`;
    if (this.#parkedOnce.has(place)) return; // a try before this one got so far
    await parkRecord(this.#parking, record, reason, detail);
    this.options.logger.error({ partition, offset: record.offset, reason, detail }, "command parked");
    if (this.#parkedOnce.size >= 1_000) this.#parkedOnce.clear();
    this.#parkedOnce.add(place);
  }

  #hold(owned: OwnedPartition<Command, Event, State>): void {
    owned.heldUntilMs = this.options.clock.monotonicMs() + holdMs;
  }

  #resync(owned: OwnedPartition<Command, Event, State>, done: Promise<void>): void {
    owned.status = "resync";
    done.then(
      () => {
        owned.status = "serving";
        this.resynced();
      },
      (error: unknown) => this.options.logger.error({ partition: owned.partition, error }, "the partition stays closed"),
    );
  }
}
