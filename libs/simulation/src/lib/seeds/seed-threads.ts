import { Worker } from "node:worker_threads";
import type { PlantedBug } from "../controls/planted-bug.js";
import type { RunOptions, SeedResult } from "../world/run-seed.js";

/** What every seed of a run has in common, as plain data that can be handed to a thread. */
export type SeedOptions = Omit<RunOptions, "trace">;
export type ThreadSetup = Readonly<{ bug?: PlantedBug | undefined; options: SeedOptions; trace?: boolean }>;
export type ThreadSays =
  | Readonly<{ kind: "ready" }>
  | Readonly<{ kind: "trace"; line: string }>
  | Readonly<{ kind: "result"; result: SeedResult }>
  | Readonly<{ kind: "failure"; why: string }>;

type Say = (line: string) => void;

/**
 * Threads that run a world each. How many there are changes nothing but the speed: a world knows only its seed, and the
 * results come in the order of the seeds.
 */
export class SeedThreads {
  readonly #threads: readonly SeedThread[];

  constructor(count: number, setup: ThreadSetup, trace?: Say) {
    this.#threads = Array.from({ length: count }, () => new SeedThread(setup, trace));
  }

  /** @throws when a seed cannot be run at all, which is a defect of the simulation or of the planted bug. */
  async *run(from: number, seeds: number): AsyncGenerator<SeedResult> {
    const end = from + seeds;
    const early = new Map<number, SeedResult>();
    let asked = from;
    let failed: unknown;
    let told = Promise.withResolvers<void>();
    const work = async (thread: SeedThread): Promise<void> => {
      try {
        await thread.ready;
        while (asked < end && failed === undefined) {
          const seed = asked++;
          early.set(seed, await thread.run(seed));
          told.resolve();
        }
      } catch (error) {
        failed ??= error;
        told.resolve();
      }
    };
    for (const thread of this.#threads) void work(thread);
    for (let next = from; next < end; next += 1) {
      for (let result = early.get(next); ; result = early.get(next)) {
        if (result !== undefined) {
          early.delete(next);
          yield result;
          break;
        }
        if (failed !== undefined) throw failed;
        await told.promise;
        told = Promise.withResolvers<void>();
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

class SeedThread {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  #asked: PromiseWithResolvers<SeedResult> | undefined;

  constructor(setup: ThreadSetup, trace: Say | undefined) {
    this.#worker = new Worker(new URL("seed-thread.js", import.meta.url), { workerData: setup });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined); // told to whoever waits for it
    this.ready = promise;
    const fail = (error: unknown): void => {
      reject(error);
      this.#asked?.reject(error);
    };
    this.#worker.on("message", (said: ThreadSays) => {
      if (said.kind === "ready") resolve();
      else if (said.kind === "trace") trace?.(said.line);
      else if (said.kind === "result") this.#asked?.resolve(said.result);
      else fail(new Error(said.why));
    });
    this.#worker.on("error", fail);
    this.#worker.on("exit", () => fail(new Error("a thread of the simulation ended before its work was done")));
  }

  /** One seed at a time. */
  run(seed: number): Promise<SeedResult> {
    this.#asked = Promise.withResolvers<SeedResult>();
    this.#worker.postMessage(seed);
    return this.#asked.promise;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
