import type { Account, Instant } from "@malipo/kernel";

export interface Clock {
  /** Wall time. An account may run on a virtual time of its own later, so time that a merchant sees is asked for by account. */
  now(account?: Account): Instant;
  /** Milliseconds that only ever grow, unrelated to wall time: for deadlines such as `sendBefore`. */
  monotonicMs(): number;
}

export interface Timer {
  cancel(): void;
}

export interface Scheduler {
  /** Runs the task once after the delay. A task must not throw; what it may fail with it handles itself. */
  after(delayMs: number, task: () => void): Timer;
  /** Lets everything that is ready run first; the promise form of `after(0)`. */
  yield(): Promise<void>;
  /** Resolves after the delay; rejects with the signal's reason when it is aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Cryptographically strong bytes (a seeded stream in the simulation). */
  bytes(length: number): Uint8Array;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** UUIDv7, lower case. */
  uuid(): string;
}
