import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { identify } from "@malipo/local-platform";

export interface Reaper {
  watchProcess(pid: number): void;
  watchFolder(folder: string): void;
  /** Cleans up now, and settles when it is done. */
  finish(): Promise<void>;
}

/** Starts the process that cleans up after this one, whatever becomes of it. */
export const startReaper = (): Reaper => {
  const main = fileURLToPath(new URL("./reaper.main.js", import.meta.url));
  const child = spawn(process.execPath, [main], { detached: true, stdio: ["pipe", "ignore", "inherit"] });
  child.unref();
  const tell = (entry: object): void => void child.stdin.write(`${JSON.stringify(entry)}\n`);
  return {
    watchProcess: (pid) => {
      const identity = identify(pid);
      if (identity !== undefined) tell({ process: identity });
    },
    watchFolder: (folder) => tell({ folder }),
    finish: async () => {
      if (child.exitCode !== null) return;
      // Waited for now: with nothing else left to do, this process would otherwise end here, in silence and with success.
      child.ref();
      const exit = once(child, "exit");
      child.stdin.end();
      await exit;
    },
  };
};
