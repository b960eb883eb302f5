import type { Account, Instant } from "@malipo/kernel";
import type { AggregateTimer } from "./aggregate-definition.js";

export type ArmedTimer = Readonly<{ aggregateId: string; account: Account; name: string; dueAt: Instant }>;

/** The open timers of one partition, soonest first. Arming an aggregate replaces what was armed for it. */
export class TimerHeap {
  #heap: ArmedTimer[] = [];
  readonly #armed = new Map<string, readonly ArmedTimer[]>();

  arm(aggregateId: string, account: Account, timers: readonly AggregateTimer[]): void {
    if (timers.length === 0) {
      this.#armed.delete(aggregateId);
      return;
    }
    const armed = timers.map(({ name, dueAt }) => ({ aggregateId, account, name, dueAt }));
    this.#armed.set(aggregateId, armed);
    for (const timer of armed) this.#push(timer);
    // What was replaced stays in the heap until it surfaces; rebuilt when most of it is such.
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#armed.size) this.#rebuild();
  }

  /** Arms one timer beside those that the aggregate has. */
  add(timer: ArmedTimer): void {
    const others = (this.#armed.get(timer.aggregateId) ?? []).filter(({ name }) => name !== timer.name);
    this.#armed.set(timer.aggregateId, [...others, timer]);
    this.#push(timer);
  }

  nextDueAt(): Instant | undefined {
    this.#dropReplaced();
    return this.#heap[0]?.dueAt;
  }

  /** Takes the next timer that is due; it is not armed any more. */
  takeDue(now: Instant): ArmedTimer | undefined {
    this.#dropReplaced();
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.#pop();
    const rest = this.#armed.get(first.aggregateId)!.filter((timer) => timer !== first);
    if (rest.length === 0) this.#armed.delete(first.aggregateId);
    else this.#armed.set(first.aggregateId, rest);
    return first;
  }

  #dropReplaced(): void {
    for (let first = this.#heap[0]; first && !this.#armed.get(first.aggregateId)?.includes(first); first = this.#heap[0]) this.#pop();
  }

  #rebuild(): void {
    const live = [...this.#armed.values()].flat();
    this.#heap = live.sort((a, b) => a.dueAt - b.dueAt); // a sorted list is a heap
  }

  #push(timer: ArmedTimer): void {
    const heap = this.#heap;
    let child = heap.push(timer) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (heap[parent]!.dueAt <= timer.dueAt) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.dueAt < heap[child]!.dueAt) child += 1;
      if (heap[child]!.dueAt >= last.dueAt) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
  }
}
