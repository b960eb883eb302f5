import type { Account, Instant } from "@malipo/kernel";
import type { PartitionMemory } from "./partition-memory.js";
import { TimerHeap } from "./timer-heap.js";
import type { WorkItem } from "./work-item.js";

/** No more commands than this are read again for one that waits: some minutes of an upgrade under load. */
const waitingCommandsMax = 20_000;

/** One partition while this process owns it. A new ownership is a new object. */
export class OwnedPartition<Command, Event, State> {
  readonly queue: WorkItem<Command>[] = [];
  readonly timers = new TimerHeap();
  /** `taking_over` until the commands flow; `resync` while it is unknown what became of an append. */
  status: "taking_over" | "serving" | "resync" = "taking_over";
  /** Nothing is tried before (monotonic milliseconds): the projections were behind, or something did not answer. */
  heldUntilMs = 0;
  #waitingFrom: number | undefined;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(
    readonly partition: number,
    readonly memory: PartitionMemory<Command, Event, State>,
    private readonly queuedMax: number,
  ) {}

  /** The promise is the back-pressure on the commands topic. */
  push(items: readonly WorkItem<Command>[]): Promise<void> | undefined {
    for (const item of items) this.queue.push(item);
    if (this.queue.length <= this.queuedMax) return undefined;
    return (this.#drained ??= Promise.withResolvers<void>()).promise;
  }

  /**
   * A command that nobody asks for again waits for an owner of a version that can read its aggregate: the cursor on record
   * stays before it, and who takes over reads commands from there. What was decided behind it is known by its command.
   */
  leaveToNextOwner(commandOffset: number): void {
    this.#waitingFrom ??= commandOffset;
  }

  /** What a decision says of the commands before it; undefined while it can say nothing. */
  cursorAt(commandOffset: number): number | undefined {
    const from = this.#waitingFrom;
    if (from === undefined || commandOffset < from) return commandOffset;
    if (commandOffset - from <= waitingCommandsMax) return from === 0 ? undefined : from - 1;
    this.#waitingFrom = undefined; // a take-over must not last; what waited is on record as parked
    return commandOffset;
  }

  /** The first items are done. */
  shift(count: number): void {
    this.queue.splice(0, count);
    if (this.queue.length <= this.queuedMax / 2) this.#release();
  }

  abandon(): void {
    this.queue.length = 0;
    this.#release();
  }

  /** Due timers line up behind the commands that came before. */
  lineUpTimers(now: Instant): void {
    for (let due = this.timers.takeDue(now); due !== undefined; due = this.timers.takeDue(now)) {
      this.queue.push({ kind: "timer", aggregateId: due.aggregateId, account: due.account, name: due.name });
    }
  }

  refresh(aggregateId: string, account: Account): void {
    this.queue.push({ kind: "refresh", aggregateId, account });
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
