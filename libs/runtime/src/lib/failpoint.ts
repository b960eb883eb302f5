import { existsSync, writeFileSync } from "node:fs";

const armed = process.env["FAILPOINT"];
const once = process.env["FAILPOINT_ONCE"];

/**
 * A named place where a crash would be most inconvenient. When `FAILPOINT` names it, the process dies there as by
 * `kill -9`: no handler runs, nothing is flushed. `FAILPOINT_ONCE` names a file that marks it as done, so that the
 * restarted process passes. Costs one comparison when not armed.
 */
export const failpoint = (name: string): void => {
  if (armed === undefined || armed !== name) return;
  if (once !== undefined) {
    if (existsSync(once)) return;
    writeFileSync(once, `${name}\n`);
  }
  process.kill(process.pid, "SIGKILL");
};
