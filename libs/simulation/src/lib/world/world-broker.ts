import { type Member, SimulatedBroker, type SimulatedScheduler } from "@malipo/event-log/simulated";

/** A broker whose groups notice that a member has died. */
export class WorldBroker extends SimulatedBroker {
  readonly #members: Readonly<{ group: string; member: Member }>[] = [];

  override join(group: string, topic: string, member: Member): void {
    this.#members.push({ group, member });
    super.join(group, topic, member);
  }

  /** The session of a dead process has run out: its partitions go to the others. */
  expire(process: SimulatedScheduler): void {
    for (const { group, member } of this.#members) if (member.scheduler === process) super.leave(group, member);
  }

  /** Every partition of every group changes hands, and nobody hears of it at the same moment. */
  shuffle(): void {
    for (const group of new Set(this.#members.map(({ group }) => group))) this.rebalance(group, true);
  }
}
