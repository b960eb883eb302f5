import { topics, type TopicName, type TopicSettings } from "@malipo/event-contracts";
import type { Headers, OutgoingRecord, OwnershipListener, StoredRecord } from "@malipo/ports";
import type { SeededRandom } from "./seeded-random.js";
import { SimulatedClock, type SimulatedScheduler, type SimulatedTime } from "./simulated-time.js";

/** Probabilities per request, all 0 to begin with; may be switched at any time. */
export type Faults = {
  /** The request never arrives. */
  lostRequest: number;
  /** It arrives, but the answer does not. */
  lostAcknowledgement: number;
  /** The connection breaks, and the request arrives up to `lateMsMax` afterwards. */
  lateAppend: number;
  lateMsMax: number;
  /** The request arrives a second time, a little later. */
  duplicate: number;
  /** The connection breaks and is made anew while the request is out; the answer comes all the same. */
  reconnect: number;
  /** A question (ends, read) is not answered. */
  unanswered: number;
  /** Longest way of a request or an answer. */
  latencyMsMax: number;
  /** By how much assignments and revocations reach the members apart: two owners at once. */
  overlapMsMax: number;
};

export type FaultChance = Exclude<keyof Faults, "lateMsMax" | "latencyMsMax" | "overlapMsMax">;

export const noFaults: Readonly<Faults> = {
  lostRequest: 0,
  lostAcknowledgement: 0,
  lateAppend: 0,
  lateMsMax: 10_000,
  duplicate: 0,
  reconnect: 0,
  unanswered: 0,
  latencyMsMax: 2,
  overlapMsMax: 0,
};

export type Member = Readonly<{ scheduler: SimulatedScheduler; listener: OwnershipListener; owned: Set<number> }> & {
  /** The newest generation of the group that it has heard of. */
  generation: number;
};
type Group = { readonly topic: string; members: Member[]; generation: number };
type Partition = { records: StoredRecord[] };

/** What all simulated processes share: topics, groups, and bad luck. */
export class SimulatedBroker {
  readonly faults: Faults = { ...noFaults };
  /** False: nothing arrives and nothing is answered. */
  reachable = true;
  readonly #clock: SimulatedClock;
  readonly #topics = new Map<string, Partition[]>();
  readonly #groups = new Map<string, Group>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #reconnects = new Set<() => void>();

  constructor(
    readonly time: SimulatedTime,
    readonly random: SeededRandom,
    private readonly settings: Readonly<Record<string, Pick<TopicSettings, "partitions">>> = {},
  ) {
    this.#clock = new SimulatedClock(time);
  }

  partitions(topic: string): readonly Partition[] {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      const count = this.settings[topic]?.partitions ?? topics[topic as TopicName]?.partitions;
      if (count === undefined) throw new Error(`there is no topic ${topic}`);
      partitions = Array.from({ length: count }, () => ({ records: [] }));
      this.#topics.set(topic, partitions);
    }
    return partitions;
  }

  /** Everything a partition holds, for checkers. */
  records(topic: string, partition: number): readonly StoredRecord[] {
    return this.partitions(topic)[partition]!.records;
  }

  /** Whether this goes wrong now. Who keeps a book of what happens overrides it. */
  strikes(fault: FaultChance): boolean {
    return this.random.chance(this.faults[fault]);
  }

  latencyMs(): number {
    return this.random.share() * this.faults.latencyMsMax;
  }

  /** Whether an append to these partitions is taken; one that is not is never answered. */
  accepts(_topic: string, _partitions: Iterable<number>): boolean {
    return this.reachable;
  }

  /** A request arrives. Returns the base offset of each partition. */
  store(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Map<number, number> {
    const bases = new Map<number, number>();
    const appendedAtMs = this.#clock.now();
    for (const [partition, batch] of batches) {
      const { records } = this.partitions(topic)[partition]!;
      bases.set(partition, records.length);
      for (const { key, value, headers } of batch) {
        records.push({ topic, partition, offset: records.length, key, value, headers: copyOf(headers), appendedAtMs });
      }
    }
    for (const watcher of this.#watchers.get(topic) ?? []) watcher();
    return bases;
  }

  watch(topic: string, watcher: () => void): () => void {
    const watchers = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, watchers.add(watcher));
    return () => void watchers.delete(watcher);
  }

  onReconnect(listener: () => void): void {
    this.#reconnects.add(listener);
  }

  /** Every connection breaks and is made anew, as when the broker restarts. */
  reconnectAll(): void {
    for (const reconnect of this.#reconnects) reconnect();
  }

  /** The broker loses everything from this offset on, and restarts. */
  cutTail(topic: string, partition: number, from: number): void {
    this.partitions(topic)[partition]!.records.splice(from);
    this.reconnectAll();
  }

  join(group: string, topic: string, member: Member): void {
    const state = this.#groups.get(group) ?? { topic, members: [], generation: 0 };
    this.#groups.set(group, state);
    state.members.push(member);
    this.rebalance(group);
  }

  leave(group: string, member: Member): void {
    const state = this.#groups.get(group);
    const index = state?.members.indexOf(member) ?? -1;
    if (index >= 0) state!.members.splice(index, 1);
    this.rebalance(group);
  }

  /** The session of killed members runs out. */
  expireDead(group: string): void {
    const state = this.#groups.get(group);
    if (state === undefined) return;
    state.members = state.members.filter(({ scheduler }) => !scheduler.dead);
    this.rebalance(group);
  }

  /** Shares the partitions out anew; each member hears of it when it does. `shuffled`: as after members came and went. */
  rebalance(group: string, shuffled = false): void {
    const state = this.#groups.get(group);
    if (state === undefined || state.members.length === 0) return;
    const generation = (state.generation += 1);
    const turn = shuffled ? this.random.below(state.members.length) : 0;
    state.members.forEach((member, index) => {
      const mine = this.partitions(state.topic).flatMap((_, partition) => ((partition + turn) % state.members.length === index ? [partition] : []));
      member.scheduler.after(this.random.share() * this.faults.overlapMsMax, () => tell(member, generation, mine));
    });
  }
}

/** Members hear of a generation at different times, but none hears of an older one after a newer. */
const tell = (member: Member, generation: number, partitions: readonly number[]): void => {
  if (generation < member.generation) return;
  member.generation = generation;
  const { owned, listener } = member;
  const revoked = [...owned].filter((partition) => !partitions.includes(partition));
  const assigned = partitions.filter((partition) => !owned.has(partition));
  revoked.forEach((partition) => owned.delete(partition));
  assigned.forEach((partition) => owned.add(partition));
  if (revoked.length > 0) listener.revoked(revoked);
  if (assigned.length > 0) listener.assigned(assigned);
};

/** The wire carries bytes; a sender that changes a header afterwards changes nothing here. */
const copyOf = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? Buffer.from(value) : Uint8Array.from(value)]));
