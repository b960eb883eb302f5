import type { VirtualClock } from "./virtual-clock.js";

export type Task = () => Promise<void>;
type Entry = { readonly dueMs: number; readonly order: number; readonly task: Task };

const longestTimerMs = 2 ** 31 - 1;
const before = (a: Entry, b: Entry): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** Runs tasks at virtual times in the order of those times, with one timer of the machine for the earliest. */
export class Schedule {
  private readonly heap: Entry[] = [];
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerDueMs = Infinity;
  private stopped = true;

  constructor(
    private readonly clock: VirtualClock,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  at(dueMs: number, task: Task): void {
    this.push({ dueMs, order: this.drawn++, task });
    if (!this.stopped) this.arm();
  }

  start(): void {
    this.stopped = false;
    this.arm();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timerDueMs = Infinity;
  }

  /** Starts all that is due in its order, and resolves once each has done its part. */
  async runDue(): Promise<void> {
    const started: Promise<void>[] = [];
    for (let head = this.heap[0]; head && head.dueMs <= this.clock.now() && !this.stopped; head = this.heap[0]) {
      this.pop();
      started.push(head.task().catch(this.onFault));
    }
    this.arm();
    await Promise.all(started);
  }

  private arm(): void {
    const head = this.heap[0];
    if (this.stopped || !head || head.dueMs >= this.timerDueMs) return;
    clearTimeout(this.timer);
    this.timerDueMs = head.dueMs;
    const waitMs = Math.min(Math.max(head.dueMs - this.clock.now(), 0), longestTimerMs);
    this.timer = setTimeout(() => {
      this.timerDueMs = Infinity;
      void this.runDue();
    }, waitMs);
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
