import type { Instant } from "@malipo/kernel";
import type { ChainRecord } from "../chain/chain-record.js";
import type { ChainTail } from "../chain/chain-tail.js";
import type { AggregateDefinition } from "./aggregate-definition.js";
import {
  type DeciderStore,
  type PartitionAnswer,
  type PartitionQuestion,
  requestKeyText,
  type RequestKeyUse,
  type StoredEvent,
  type StoredTimer,
  type TakeOverAnswer,
} from "./decider-store.js";

type Shelf = {
  readonly events: Map<string, StoredEvent[]>;
  readonly keys: Map<string, RequestKeyUse>;
  readonly drawn: Set<string>;
  checkpoint: number;
  cursor: number;
  lastAt: Instant | undefined;
};

/**
 * A store kept in memory from the chain itself, read from its beginning: for aggregates that are few and small, such as
 * merchants, where a database would only be one more thing to be down. Build it before the runtime and start the tail from
 * genesis.
 */
export class ChainDeciderStore<Command, Event, State> implements DeciderStore {
  readonly #shelves: Shelf[];

  constructor(
    private readonly definition: AggregateDefinition<Command, Event, State>,
    tail: ChainTail,
  ) {
    this.#shelves = Array.from({ length: tail.partitions }, () => ({
      events: new Map(),
      keys: new Map(),
      drawn: new Set(),
      checkpoint: 0,
      cursor: -1,
      lastAt: undefined,
    }));
    tail.subscribe((partition, records, after) => {
      const shelf = this.#shelf(partition);
      for (const record of records) this.#keep(shelf, record);
      shelf.checkpoint = after.offset;
    });
  }

  lookup(questions: ReadonlyMap<number, PartitionQuestion>): Promise<ReadonlyMap<number, PartitionAnswer>> {
    const answers = new Map<number, PartitionAnswer>();
    for (const [partition, { aggregateIds, requestKeys, drawn }] of questions) {
      const shelf = this.#shelf(partition);
      const found = requestKeys.map(requestKeyText).flatMap((text) => {
        const use = shelf.keys.get(text);
        return use === undefined ? [] : [[text, use] as const];
      });
      answers.set(partition, {
        checkpoint: shelf.checkpoint,
        events: aggregateIds.flatMap((aggregateId) => shelf.events.get(aggregateId) ?? []),
        requestKeys: new Map(found),
        taken: new Set(drawn.filter((text) => shelf.drawn.has(text))),
      });
    }
    return Promise.resolve(answers);
  }

  takeOver(partition: number): Promise<TakeOverAnswer> {
    const { checkpoint, cursor, lastAt, events } = this.#shelf(partition);
    const timers = [...events.values()].flatMap((history) => this.#timers(history));
    return Promise.resolve({ checkpoint, timers, ...(cursor >= 0 && { cursor }), ...(lastAt !== undefined && { lastAt }) });
  }

  #timers(history: readonly StoredEvent[]): StoredTimer[] {
    const { aggregateId, account } = history[0]!;
    if (account === undefined) return [];
    try {
      const state = history.reduce(
        (folded, { type, value }) => this.definition.evolve(folded, this.definition.decodeEvent(type, value)),
        this.definition.initial(aggregateId),
      );
      return this.definition.timersOf(state).map(({ name, dueAt }) => ({ aggregateId, account, name, dueAt }));
    } catch {
      return []; // a history that cannot be read is parked by the runtime when it is asked for
    }
  }

  #keep(shelf: Shelf, record: ChainRecord): void {
    const { subject, aggregateVersion = 0, type, causation, account, commandOffset, time } = record.envelope;
    const event: StoredEvent = {
      aggregateId: subject,
      aggregateVersion,
      type,
      value: record.value,
      offset: record.offset,
      ...(causation !== undefined && { causation }),
      ...(account !== undefined && { account }),
    };
    const history = shelf.events.get(subject);
    if (history === undefined) shelf.events.set(subject, [event]);
    else history.push(event);
    if (commandOffset !== undefined) shelf.cursor = Math.max(shelf.cursor, commandOffset);
    if (shelf.lastAt === undefined || time > shelf.lastAt) shelf.lastAt = time;
    if (account === undefined) return;
    try {
      const claims = this.definition.claimsOf(this.definition.decodeEvent(type, record.value), account);
      if (claims?.requestKey) shelf.keys.set(requestKeyText(claims.requestKey), { aggregateId: subject, fingerprint: claims.requestKey.fingerprint });
      if (claims?.drawn !== undefined) shelf.drawn.add(claims.drawn);
    } catch {
      // An unknown type claims nothing that this version knows of; its aggregate is parked when it is asked for.
    }
  }

  #shelf(partition: number): Shelf {
    const shelf = this.#shelves[partition];
    if (shelf === undefined) throw new RangeError(`there is no partition ${partition}`);
    return shelf;
  }
}
