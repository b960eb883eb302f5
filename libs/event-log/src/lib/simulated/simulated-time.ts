import type { Account, Instant } from "@malipo/kernel";
import type { Clock, Scheduler, Timer } from "@malipo/ports";
import type { SeededRandom } from "./seeded-random.js";

type Task = { atMs: number; order: number; run: () => void; process: SimulatedScheduler | undefined };

/**
 * Virtual time for a whole simulated world. What is due at the same moment runs in an order drawn from the seed; between two
 * tasks everything that is ready to go on does.
 */
export class SimulatedTime {
  nowMs = 0;
  steps = 0;
  readonly #tasks: Task[] = [];

  constructor(private readonly random: SeededRandom) {}

  at(atMs: number, run: () => void, process?: SimulatedScheduler): Timer {
    const task: Task = { atMs: Math.max(atMs, this.nowMs), order: this.random.share(), run, process };
    this.#push(task);
    return { cancel: () => (task.run = () => undefined) };
  }

  /** Runs until the work has settled, and returns what it came to. @throws when nothing is left to do, or time is over. */
  async settle<Result>(work: Promise<Result>, withinMs = 600_000): Promise<Result> {
    let settled = false;
    const mark = (): void => void (settled = true);
    work.then(mark, mark);
    await this.run(() => settled, withinMs);
    if (!settled) throw new Error(`nothing has come of it after ${withinMs} simulated milliseconds`);
    return work;
  }

  /** Runs until the condition holds, the time is over, or nothing is left to do. */
  async run(until: () => boolean, withinMs: number): Promise<void> {
    const endMs = this.nowMs + withinMs;
    await breathe();
    while (!until()) {
      const task = this.#pop();
      if (task === undefined) return;
      if (task.atMs > endMs) {
        this.#push(task);
        this.nowMs = endMs;
        return;
      }
      this.nowMs = task.atMs;
      const resumesAtMs = task.process?.pausedUntilMs ?? 0;
      if (resumesAtMs > this.nowMs) this.#push({ ...task, atMs: resumesAtMs });
      else {
        this.steps += 1;
        task.run();
        await (this.steps % stepsPerTurn === 0 ? turn() : breathe());
      }
    }
  }

  #push(task: Task): void {
    const tasks = this.#tasks;
    let child = tasks.push(task) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (before(tasks[parent]!, task)) break;
      tasks[child] = tasks[parent]!;
      child = parent;
    }
    tasks[child] = task;
  }

  #pop(): Task | undefined {
    const tasks = this.#tasks;
    const first = tasks[0];
    const last = tasks.pop();
    if (last === undefined || tasks.length === 0) return first;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= tasks.length) break;
      if (child + 1 < tasks.length && before(tasks[child + 1]!, tasks[child]!)) child += 1;
      if (before(last, tasks[child]!)) break;
      tasks[parent] = tasks[child]!;
      parent = child;
    }
    tasks[parent] = last;
    return first;
  }
}

const before = (a: Task, b: Task): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order <= b.order);

/**
 * Every promise that is ready goes on before the next task: Node runs a tick's callbacks only when no promise is left to go
 * on. A turn of the event loop would do the same at several times the cost.
 */
const breathe = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** Now and then the loop does get its turn, for whatever else lives in this thread: signals, traces on their way out. */
// eslint-disable-next-line no-restricted-syntax -- no time passes here, and a port that were asked for this would be this class itself
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const stepsPerTurn = 256;

/** The scheduler of one simulated process, which can be stopped and continued like a real one. */
export class SimulatedScheduler implements Scheduler {
  pausedUntilMs = 0;
  #dead = false;

  constructor(private readonly time: SimulatedTime) {}

  after(delayMs: number, task: () => void): Timer {
    return this.time.at(this.time.nowMs + Math.max(0, delayMs), () => (this.#dead ? undefined : task()), this);
  }

  yield(): Promise<void> {
    return this.sleep(0);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = this.after(delayMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }

  /** Nothing of this process runs for a while; what it has sent goes on without it. */
  pause(forMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.time.nowMs + forMs);
  }

  /** Kill −9: nothing of this process ever runs again. */
  kill(): void {
    this.#dead = true;
  }

  get dead(): boolean {
    return this.#dead;
  }
}

/** 2026-01-01T00:00:00Z */
const epochMs = 1_767_225_600_000;

export class SimulatedClock implements Clock {
  constructor(
    private readonly time: SimulatedTime,
    public offMs = 0,
  ) {}

  now(_account?: Account): Instant {
    return Math.floor(epochMs + this.time.nowMs + this.offMs) as Instant;
  }

  monotonicMs(): number {
    return this.time.nowMs;
  }
}
