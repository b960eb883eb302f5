import { type Envelope, toHeaders } from "@malipo/event-contracts";
import { type Account, type Decision, type Instant, later } from "@malipo/kernel";
import type { Random } from "@malipo/ports";
import type { Draft } from "../chain/chain-reader.js";
import { recordBytes, sendBytesMax } from "../writer/record-size.js";
import type { AggregateDefinition, DecisionContext } from "./aggregate-definition.js";
import { type PartitionAnswer, type RequestKeyUse, requestKeyText } from "./decider-store.js";
import type { OwnedPartition } from "./owned-partition.js";
import type { Entry, OwnDecision } from "./partition-memory.js";
import type { CommandItem, TimerItem, WorkItem } from "./work-item.js";

/** One decided record before it is encoded; `answer` may still add to the event. */
export type Decided<Event, State> = {
  event: Event;
  readonly state: State;
  readonly envelope: Omit<Envelope, "type">;
  readonly context: DecisionContext;
  /** Place of its item in the queue. */
  readonly index: number;
};

export type DecidedItems<Event, State> = Readonly<{
  decided: readonly Decided<Event, State>[];
  /** How many items these decisions cover, from the front of the queue. */
  count: number;
  /** Commands that no decision can be taken on, with the reason; to be parked before anything later is recorded. */
  unappliable: readonly Readonly<{ item: CommandItem<unknown>; why: string }>[];
  /** What became of each covered item, for metrics and traces. */
  outcomes: readonly string[];
}>;

/**
 * Decides items in order against memory and what the items before them changed. Touches neither memory nor log: when the
 * append fails, everything here is forgotten and done again.
 */
export class ItemsDecision<Command, Event, State> {
  readonly #decided: Decided<Event, State>[] = [];
  readonly #unappliable: { item: CommandItem<Command>; why: string }[] = [];
  readonly #outcomes: string[] = [];
  readonly #overlay = new Map<string, Entry<State>>();
  readonly #keys = new Map<string, RequestKeyUse>();
  readonly #drawn = new Set<string>();
  #index = 0;
  #at: Instant;

  constructor(
    private readonly definition: AggregateDefinition<Command, Event, State>,
    private readonly owned: OwnedPartition<Command, Event, State>,
    private readonly answer: PartitionAnswer | undefined,
    now: Instant,
    lastAt: Instant | undefined,
    private readonly random: Random,
  ) {
    this.#at = lastAt === undefined ? now : later(now, lastAt);
  }

  run(items: readonly WorkItem<Command>[]): DecidedItems<Event, State> {
    for (const item of items) {
      const outcome = this.#item(item);
      if (outcome === "draw_again") break; // its next try needs another look-up, and order must be kept
      this.#outcomes.push(outcome);
      this.#index += 1;
    }
    return { decided: this.#decided, count: this.#index, unappliable: this.#unappliable, outcomes: this.#outcomes };
  }

  #item(item: WorkItem<Command>): string {
    if (item.kind === "unreadable") return "unreadable";
    const entry = this.#entry(item.aggregateId);
    if (item.kind === "refresh") {
      this.owned.timers.arm(item.aggregateId, item.account, entry.parked ? [] : this.definition.timersOf(entry.state));
      return "refreshed";
    }
    if (item.kind === "timer") return entry.parked ? "parked" : this.#timer(item, entry);
    return this.#command(item, entry);
  }

  #timer(item: TimerItem, entry: Entry<State>): string {
    const timer = this.definition.timersOf(entry.state).find(({ name }) => name === item.name);
    if (timer === undefined) return "timer_over";
    if (timer.dueAt > this.#at) {
      // It lined up by a clock that was a little ahead, and has been corrected since.
      this.owned.timers.add({ aggregateId: item.aggregateId, account: item.account, ...timer });
      return "timer_early";
    }
    const command = this.definition.timerCommand(item.name, item.aggregateId, entry.state);
    if (command === undefined) return "timer_over";
    const id = this.random.uuid();
    const context = this.#context(item.account, id);
    try {
      const decision = this.definition.decide(command, entry.state, context);
      if (decision.kind !== "record") return "timer_over";
      this.#record(entry, decision.event, context, { id, subject: item.aggregateId, correlation: id });
      return "recorded_timer";
    } catch {
      return "timer_failed"; // a defect that must not hold up the partition; the count of these is watched
    }
  }

  #command(item: CommandItem<Command>, entry: Entry<State>): string {
    const { envelope, account, command, aggregateId, record } = item;
    const { decideBefore } = envelope;
    const refusal = decideBefore === undefined ? undefined : this.#entry(envelope.id);
    // A decision is identified by its command, however often the command was sent or tried.
    if (entry.causations.includes(envelope.id) || (refusal && refusal.version > 0)) return "answered_before";
    if (decideBefore !== undefined && this.#at > decideBefore) return "too_late";
    if (entry.parked !== undefined) {
      if (decideBefore === undefined) this.owned.leaveToNextOwner(record.offset);
      return this.#cannotApply(item, entry.parked);
    }
    const key = this.definition.requestKeyOf?.(command, account);
    const keyText = key && requestKeyText(key);
    const keyUse = keyText === undefined ? undefined : this.#keyUse(keyText);
    const creates = entry.version === 0 && item.drawn !== undefined;
    if (creates && this.#isTaken(item.drawn!)) {
      delete item.drawn;
      return "draw_again";
    }
    const context = this.#context(account, envelope.id, { drawn: creates ? item.drawn : undefined, keyUse, decideBefore });
    const commandOffset = this.owned.cursorAt(record.offset);
    const following = {
      id: envelope.id,
      causation: envelope.id,
      correlation: envelope.correlation ?? envelope.id,
      ...(commandOffset !== undefined && { commandOffset }),
      ...(envelope.traceparent !== undefined && { traceparent: envelope.traceparent }),
    };
    try {
      const decision: Decision<Event, string> = this.definition.decide(command, entry.state, context);
      if (decision.kind === "record") {
        this.#record(entry, decision.event, context, { ...following, subject: aggregateId });
        return "recorded";
      }
      if (refusal === undefined) return decision.kind;
      this.#record(refusal, this.definition.recordRefusal(command, decision, context, entry.state), context, { ...following, subject: envelope.id });
      return "refused";
    } catch (error) {
      return this.#cannotApply(item, (error as Error).message);
    }
  }

  #cannotApply(item: CommandItem<Command>, why: string): string {
    this.#unappliable.push({ item, why });
    return "parked";
  }

  #record(entry: Entry<State>, event: Event, context: DecisionContext, envelope: Omit<Envelope, "type" | "source" | "time">): void {
    const { source } = this.definition;
    const version = entry.version + 1;
    const state = this.definition.evolve(entry.state, event);
    const { causation, subject } = envelope;
    const causations = causation === undefined ? entry.causations : [...entry.causations, causation];
    this.#overlay.set(subject, { ...entry, state, version, causations, account: context.account });
    const claims = this.definition.claimsOf(event, context.account);
    if (claims?.requestKey) {
      this.#keys.set(requestKeyText(claims.requestKey), { aggregateId: subject, fingerprint: claims.requestKey.fingerprint });
    }
    if (claims?.drawn !== undefined) this.#drawn.add(claims.drawn);
    const full = { ...envelope, source, time: context.at, account: context.account, aggregateVersion: version };
    this.#decided.push({ event, state, envelope: full, context, index: this.#index });
  }

  #context(account: Account, commandId: string, more?: Partial<DecisionContext>): DecisionContext {
    const { partition } = this.owned;
    return { at: this.#at, account, partition, commandId, drawn: undefined, keyUse: undefined, decideBefore: undefined, ...more };
  }

  #entry(aggregateId: string): Entry<State> {
    const entry = this.#overlay.get(aggregateId) ?? this.owned.memory.get(aggregateId);
    if (entry === undefined) throw new Error("an aggregate was decided on before it was looked up");
    return entry;
  }

  #keyUse(text: string): RequestKeyUse | undefined {
    return this.#keys.get(text) ?? this.owned.memory.keyUse(text) ?? this.answer?.requestKeys.get(text);
  }

  #isTaken(drawn: string): boolean {
    return this.#drawn.has(drawn) || this.owned.memory.isDrawn(drawn) || this.answer?.taken.has(drawn) === true;
  }
}

/**
 * Encodes until a send is full, and says how many items are covered by what was encoded. The rest stays in the queue and is
 * decided again behind it.
 */
export const toDrafts = <Command, Event, State>(
  definition: AggregateDefinition<Command, Event, State>,
  { decided, count }: DecidedItems<Event, State>,
): Readonly<{ drafts: readonly Draft[]; count: number }> => {
  const drafts: Draft[] = [];
  let bytes = 0;
  for (const { event, state, envelope, index } of decided) {
    const { type, value } = definition.encodeEvent(event);
    const own: OwnDecision<Event, State> = { event, state };
    const draft = { key: envelope.subject, value, headers: toHeaders({ ...envelope, type }), own };
    bytes += recordBytes(draft) + 64; // seq and prev come on top
    if (bytes > sendBytesMax && drafts.length > 0) return { drafts, count: index };
    drafts.push(draft);
  }
  return { drafts, count };
};
