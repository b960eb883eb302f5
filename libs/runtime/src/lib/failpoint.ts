import { readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";

const folder = process.env["FAILPOINT_DIR"];

/** What the file asks for; taken away with the reading, so that it happens once. Undefined where nothing is armed. */
const take = (file: string): "SIGKILL" | "SIGSTOP" | undefined => {
  try {
    const wanted = readFileSync(file, "utf8").trim();
    unlinkSync(file);
    return wanted === "stop" ? "SIGSTOP" : "SIGKILL";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // not armed, or taken by another instance
    throw error;
  }
};

/**
 * A named place where a crash or a pause would be most inconvenient. With `FAILPOINT_DIR` set, a file of the name in that
 * folder arms it: the process takes the file away and dies there as by `kill -9` (no handler runs, nothing is flushed), so
 * that the restarted process passes. A file that says `stop` (moved there whole) makes it stand still until SIGCONT comes.
 * Without `FAILPOINT_DIR` (or with an empty one) it costs one comparison.
 */
export const failpoint = (name: string): void => {
  if (!folder) return;
  const signal = take(join(folder, name));
  if (signal !== undefined) process.kill(process.pid, signal);
};
