import type { Account } from "@malipo/kernel";
import type { ChainRecord } from "../chain/chain-record.js";
import type { AggregateDefinition, Claims } from "./aggregate-definition.js";
import { type PartitionAnswer, type RequestKeyUse, type StoredEvent, requestKeyText } from "./decider-store.js";

/** An aggregate in memory; version 0 is one that is known not to exist. */
export type Entry<State> = Readonly<{
  state: State;
  version: number;
  account: Account | undefined;
  /** Commands that are answered by an event of this aggregate. */
  causations: readonly string[];
  lastOffset: number;
  /** Why nothing can be decided about it any more, when its history cannot be read. */
  parked?: string;
}>;

/** What a writer in this process already knows about its own record. */
export type OwnDecision<Event, State> = Readonly<{ event: Event; state: State }>;

/**
 * What the owner of a partition remembers: everything at or past `floor` completely, and some of what is before it. What is
 * not here may only be answered by a snapshot whose checkpoint is at or past the floor.
 */
export class PartitionMemory<Command, Event, State> {
  readonly #entries = new Map<string, Entry<State>>();
  readonly #keys = new Map<string, Readonly<{ use: RequestKeyUse; offset: number }>>();
  readonly #drawn = new Map<string, number>();
  #checkpoint = 0;

  constructor(
    private readonly definition: AggregateDefinition<Command, Event, State>,
    private floorOffset: number,
    private readonly entriesMax: number,
  ) {}

  get floor(): number {
    return this.floorOffset;
  }

  /** More than can be held while the projections are behind: deciding has to wait for them. */
  get overfull(): boolean {
    return this.#entries.size > 2 * this.entriesMax;
  }

  get(aggregateId: string): Entry<State> | undefined {
    const entry = this.#entries.get(aggregateId);
    if (entry !== undefined) {
      this.#entries.delete(aggregateId); // least recently used first
      this.#entries.set(aggregateId, entry);
    }
    return entry;
  }

  keyUse(text: string): RequestKeyUse | undefined {
    return this.#keys.get(text)?.use;
  }

  isDrawn(text: string): boolean {
    return this.#drawn.has(text);
  }

  /** Whether the answer counts. If so, what was asked for is in memory afterwards. */
  load(asked: readonly string[], answer: PartitionAnswer): boolean {
    if (answer.checkpoint > this.#checkpoint) this.#checkpoint = answer.checkpoint;
    if (answer.checkpoint < this.floorOffset) return false;
    const events = new Map<string, StoredEvent[]>();
    for (const event of answer.events) {
      const list = events.get(event.aggregateId);
      if (list === undefined) events.set(event.aggregateId, [event]);
      else list.push(event);
    }
    for (const aggregateId of asked) {
      if (!this.#entries.has(aggregateId)) this.#entries.set(aggregateId, this.#fold(aggregateId, events.get(aggregateId) ?? []));
    }
    return true;
  }

  /**
   * Takes a valid record in. Returns the entry it changed; undefined when its aggregate is not in memory: then the floor is
   * behind it now, so that it will be looked up where it is known.
   */
  apply(record: ChainRecord): Entry<State> | undefined {
    const { subject, aggregateVersion = 0, causation, account } = record.envelope;
    const entry = this.#entries.get(subject);
    if (entry === undefined) {
      this.#raiseFloor(record.offset + 1);
      return undefined;
    }
    if (aggregateVersion <= entry.version) return entry;
    const own = record.own as OwnDecision<Event, State> | undefined;
    let next: Entry<State>;
    try {
      if (aggregateVersion !== entry.version + 1) throw new Error(`version ${aggregateVersion} follows ${entry.version}`);
      const event = own?.event ?? this.definition.decodeEvent(record.envelope.type, record.value);
      const state = own?.state ?? this.definition.evolve(entry.state, event);
      const causations = causation === undefined ? entry.causations : [...entry.causations, causation];
      next = { ...entry, state, version: aggregateVersion, account: account ?? entry.account, causations, lastOffset: record.offset };
      if (account !== undefined) this.#claim(this.definition.claimsOf(event, account), subject, record.offset);
    } catch (error) {
      next = { ...entry, version: aggregateVersion, lastOffset: record.offset, parked: reasonOf(error) };
    }
    this.#entries.set(subject, next);
    return next;
  }

  /** Lets go of what the projections have, least recently used first. Each thing let go raises the floor past it. */
  evict(): void {
    for (const [aggregateId, entry] of this.#entries) {
      if (this.#entries.size <= this.entriesMax || entry.lastOffset >= this.#checkpoint) break;
      this.#entries.delete(aggregateId);
      this.#raiseFloor(entry.lastOffset + 1);
    }
    for (const [text, { offset }] of this.#keys) {
      if (offset >= this.#checkpoint) break;
      this.#keys.delete(text);
      this.#raiseFloor(offset + 1);
    }
    for (const [text, offset] of this.#drawn) {
      if (offset >= this.#checkpoint) break;
      this.#drawn.delete(text);
      this.#raiseFloor(offset + 1);
    }
  }

  #raiseFloor(offset: number): void {
    if (offset > this.floorOffset) this.floorOffset = offset;
  }

  #claim(claims: Claims | undefined, aggregateId: string, offset: number): void {
    if (claims?.requestKey) {
      const use = { aggregateId, fingerprint: claims.requestKey.fingerprint };
      this.#keys.set(requestKeyText(claims.requestKey), { use, offset });
    }
    if (claims?.drawn !== undefined) this.#drawn.set(claims.drawn, offset);
  }

  #fold(aggregateId: string, events: readonly StoredEvent[]): Entry<State> {
    let state = this.definition.initial(aggregateId);
    let version = 0;
    let parked: string | undefined;
    for (const event of events) {
      if (event.aggregateVersion <= version) continue;
      try {
        if (event.aggregateVersion !== version + 1) throw new Error(`version ${event.aggregateVersion} follows ${version}`);
        if (parked === undefined) state = this.definition.evolve(state, this.definition.decodeEvent(event.type, event.value));
      } catch (error) {
        parked ??= reasonOf(error);
      }
      version = event.aggregateVersion;
    }
    const last = events.at(-1);
    const causations = events.flatMap(({ causation }) => (causation === undefined ? [] : [causation]));
    const entry = { state, version, account: last?.account, causations, lastOffset: last?.offset ?? -1 };
    return parked === undefined ? entry : { ...entry, parked };
  }
}

/** The message of an unexpected error could repeat what it could not read. */
const reasonOf = (error: unknown): string =>
  error instanceof SyntaxError || !(error instanceof Error) ? "its history cannot be read" : `${error.name}: ${error.message}`;
