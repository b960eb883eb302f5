import { setTimeout as delay } from "node:timers/promises";
import { isRunning, type ProcessIdentity } from "./process-identity.js";

export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** Asks first, and forces only what did not listen. */
export const gracefulSteps = (graceMs: number): readonly StopStep[] => [
  { signal: "SIGTERM", waitMs: graceMs },
  { signal: "SIGKILL", waitMs: 2_000 },
];

const send = (identity: ProcessIdentity, signal: NodeJS.Signals): void => {
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

/** True once the process is gone; false if it survived every step (it then hangs in the kernel, and nobody can help it). */
export const stopProcess = async (identity: ProcessIdentity, steps: readonly StopStep[]): Promise<boolean> => {
  for (const { signal, waitMs } of steps) {
    if (!isRunning(identity)) return true;
    send(identity, signal);
    const end = performance.now() + waitMs;
    while (performance.now() < end && isRunning(identity)) await delay(20);
  }
  return !isRunning(identity);
};
