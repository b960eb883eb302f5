import { type FaultChance, type Member, SimulatedBroker, type SeededRandom, type SimulatedScheduler, type SimulatedTime } from "@malipo/event-log/simulated";
import type { StoredRecord } from "@malipo/ports";
import type { FaultKind } from "./faults/fault-kinds.js";
import type { Faults } from "./faults/faults.js";

const kinds: Readonly<Record<FaultChance, FaultKind>> = {
  lostRequest: "lost_request",
  lostAcknowledgement: "lost_acknowledgement",
  lateAppend: "late_append",
  duplicate: "duplicated_append",
  reconnect: "reconnect",
  unanswered: "unanswered_question",
};

/** A broker whose faults come from the world's table, and whose groups notice that a member has died. */
export class WorldBroker extends SimulatedBroker {
  #short: Readonly<{ topic: string; partition: number }> | undefined;
  #members: Readonly<{ group: string; member: Member }>[] = [];

  constructor(
    time: SimulatedTime,
    random: SeededRandom,
    private readonly trouble: Faults,
  ) {
    super(time, random);
    Object.assign(this.faults, {
      latencyMsMax: random.between(2, 60),
      overlapMsMax: random.between(0, 2_500),
      // Just late enough to fall between what others write meanwhile, or long after everybody has gone on.
      lateMsMax: random.chance(0.5) ? random.between(20, 600) : random.between(600, 8_000),
    });
  }

  override strikes(fault: FaultChance): boolean {
    return this.trouble.strikes(kinds[fault]);
  }

  override join(group: string, topic: string, member: Member): void {
    this.#members.push({ group, member });
    super.join(group, topic, member);
  }

  /** The session of a dead process has run out: its partitions go to the others. */
  expire(process: SimulatedScheduler): void {
    for (const { group, member } of this.#members) if (member.scheduler === process) super.leave(group, member);
    this.#members = this.#members.filter(({ member }) => member.scheduler !== process);
  }

  /** Every partition of every group changes hands, and nobody hears of it at the same moment. */
  shuffle(): void {
    for (const group of new Set(this.#members.map(({ group }) => group))) this.rebalance(group, true);
  }

  /** Whether a partition has lost its end, which operations have not brought back yet. */
  get isShort(): boolean {
    return this.#short !== undefined;
  }

  /** The end of a partition is gone, with something else in its place or nothing, and every connection is made anew. */
  shorten(topic: string, partition: number, from: number, instead: readonly StoredRecord[]): void {
    this.#short = { topic, partition };
    this.partitions(topic)[partition]!.records.splice(from, Number.POSITIVE_INFINITY, ...instead);
    this.reconnectAll();
  }

  restore(topic: string, partition: number, from: number, lost: readonly StoredRecord[]): void {
    this.#short = undefined;
    this.partitions(topic)[partition]!.records.splice(from, Number.POSITIVE_INFINITY, ...lost);
    this.reconnectAll();
  }

  override accepts(topic: string, partitions: Iterable<number>): boolean {
    const isShort = this.#short?.topic === topic && [...partitions].includes(this.#short.partition);
    return !isShort && super.accepts(topic, partitions);
  }

  goDown(forMs: number): void {
    this.reachable = false;
    this.time.at(this.time.nowMs + forMs, () => this.comeBack());
  }

  comeBack(): void {
    if (this.reachable) return;
    this.reachable = true;
    this.reconnectAll();
  }

  /** Members may have heard of two assignments in the wrong order; in the end a group agrees about who owns what. */
  calmDown(): void {
    this.comeBack();
    Object.assign(this.faults, { latencyMsMax: 2, overlapMsMax: 0 });
    this.shuffle();
  }
}
