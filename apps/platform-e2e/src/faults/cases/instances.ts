import { readFileSync } from "node:fs";
import type { Process } from "../../harness/launched-platform.js";
import type { FaultGround } from "../fault.js";

export const services = ["payment-intake", "provider-router", "callback-dispatcher", "auth-token", "reconciliation"] as const satisfies readonly Process[];
export type Service = (typeof services)[number];

export interface Instance {
  readonly service: Service;
  /** The name of its log: the first instance is called like the service, the second has a 2. */
  readonly label: string;
  readonly pid: () => number | undefined;
}

/** Every process that may run under that name: the launcher's, and a second one where there is one. */
export const instancesOf = ({ platform, companions }: Pick<FaultGround, "platform" | "companions">, service: Service): readonly Instance[] => [
  { service, label: service, pid: () => platform.pid(service) },
  ...(companions.names.includes(service) ? [{ service, label: `${service}-2`, pid: () => companions.pid(service) }] : []),
];

/** Nothing happens to a process that is gone in the meantime. */
export const signal = (pid: number | undefined, name: NodeJS.Signals): boolean => {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
};

/** For a fault that is nothing else: one that hits nobody would be survived by anything. */
export const hit = (label: string, pid: number | undefined, name: NodeJS.Signals): void => {
  if (!signal(pid, name)) throw new Error(`${label} does not run`);
};

/** Whether it stands still by SIGSTOP. */
export const isStopped = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  } catch {
    return false; // it is gone
  }
};

export const procIsMissing = async (): Promise<string | undefined> => (process.platform === "linux" ? undefined : "needs /proc to see which process stands still");
