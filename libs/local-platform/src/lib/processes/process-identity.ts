import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A pid alone names a process only until the number is reused. With the time at which it started it names one process
 * for good, so that nothing but what we started ourselves is ever signalled.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

const fromProc = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command in parentheses and may hold spaces, so count from the last parenthesis on.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    const threads = Number(fields[17]);
    const startTicks = fields[19];
    // The first thread of a dying process is a zombie while the others still hold its ports and files.
    const isGone = state === "X" || (state === "Z" && threads <= 1);
    return isGone ? undefined : startTicks;
  } catch {
    return undefined;
  }
};

const fromPs = (pid: number): string | undefined => {
  try {
    const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" || line.startsWith("Z") ? undefined : line.slice(line.indexOf(" ") + 1).trim();
  } catch {
    return undefined;
  }
};

const startOf = process.platform === "linux" ? fromProc : fromPs;

/** Who runs under this pid now; undefined when nobody does, or only a zombie that holds nothing any more. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
};

export const isRunning = ({ pid, startedAt }: ProcessIdentity): boolean => startOf(pid) === startedAt;
