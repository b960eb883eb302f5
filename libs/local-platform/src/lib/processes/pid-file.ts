import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.js";
import { stopProcess, type StopStep } from "./stop-process.js";

/** Remembers a child beyond the life of its parent, so that the next start finds what a crashed launcher left behind. */
export const writePidFile = (file: string, pid: number): void => {
  const identity = identify(pid);
  if (identity === undefined) return; // gone already; its exit is reported elsewhere
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(identity));
  renameSync(`${file}.new`, file);
};

const parse = (text: string): ProcessIdentity | undefined => {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity>;
    return Number.isInteger(value.pid) && typeof value.startedAt === "string" ? (value as ProcessIdentity) : undefined;
  } catch {
    return undefined;
  }
};

/** The process that the file names, if it is still that very process. */
export const readPidFile = (file: string): ProcessIdentity | undefined => {
  try {
    const identity = parse(readFileSync(file, "utf8"));
    return identity !== undefined && isRunning(identity) ? identity : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

export const removePidFile = (file: string): void => rmSync(file, { force: true });

/** Stops what the file names. Answers the pid that was stopped, or undefined when nothing was left. */
export const stopLeftover = async (file: string, steps: readonly StopStep[]): Promise<number | undefined> => {
  const identity = readPidFile(file);
  if (identity !== undefined && !(await stopProcess(identity, steps))) {
    throw new Error(`process ${identity.pid}, left over from an earlier start (${file}), cannot be stopped`);
  }
  removePidFile(file);
  return identity?.pid;
};
