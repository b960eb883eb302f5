import { unlinkSync } from "node:fs";
import { join } from "node:path";

const folder = process.env["FAILPOINT_DIR"];

/**
 * A named place where a crash would be most inconvenient. With `FAILPOINT_DIR` set, a file of the name in that folder
 * arms it: the process takes the file away and dies there as by `kill -9` (no handler runs, nothing is flushed), so
 * that the restarted process passes. Without `FAILPOINT_DIR` (or with an empty one) it costs one comparison.
 */
export const failpoint = (name: string): void => {
  if (!folder) return;
  try {
    unlinkSync(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  process.kill(process.pid, "SIGKILL");
};
