import { spawn, type SpawnOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { removePidFile, writePidFile } from "./pid-file.js";
import { identify } from "./process-identity.js";
import { stopProcess, type StopStep } from "./stop-process.js";

export interface ServerProcess {
  readonly pid: number;
  /** Settles when the process is gone, whoever ended it. Never rejects. */
  readonly exited: Promise<string>;
  hasExited(): boolean;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly pidFile: string;
  readonly stopSteps: readonly StopStep[];
  readonly spawn?: Pick<SpawnOptions, "env" | "cwd" | "uid" | "gid">;
}

/**
 * Starts a server in a session of its own: a Ctrl-C in the terminal reaches the launcher alone, which then stops its
 * servers in the right order. Output goes straight to the file, so that it survives a crash of the launcher.
 */
export const startServerProcess = async (options: ServerProcessOptions): Promise<ServerProcess> => {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(options.command, options.args, { ...options.spawn, detached: true, stdio: ["ignore", log, log] });
  closeSync(log);

  let gone = false;
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      gone = true;
      removePidFile(options.pidFile);
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const pid = child.pid!;
  const identity = identify(pid);

  const stop = async (): Promise<void> => {
    if (gone || identity === undefined) return;
    if (!(await stopProcess(identity, options.stopSteps))) throw new Error(`process ${pid} cannot be stopped`);
    removePidFile(options.pidFile);
  };
  try {
    writePidFile(options.pidFile, pid);
  } catch (error) {
    await stop(); // on a full disk: nobody would know of it any more
    throw error;
  }
  return { pid, exited, hasExited: () => gone, stop };
};

/** The end of a log, for the message of an error that it explains. */
export const tailOfLog = (file: string, lines = 15): string => {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
};
