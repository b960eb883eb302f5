import { spawn } from "node:child_process";
import { openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { launcherIn } from "./launcher-in.js";

// Starts the launcher and outlives whoever asked for it by as much as its stop takes. The end of standard input, however
// it came about, stops the platform and takes its folder away: a run that was killed leaves nothing behind.
const [home = "", ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const log = openSync(join(home, "launcher.log"), "a");
const main = join(root, "libs", "local-platform", "dist", "start.main.js");
const launcher = spawn(process.execPath, ["--enable-source-maps", main, ...args], { cwd: root, stdio: ["ignore", log, log] });

const stop = (why: string): void => {
  writeSync(log, `the guard stops the launcher: ${why}\n`);
  launcher.kill("SIGTERM");
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
const ended = new Promise<void>((resolve) => launcher.once("exit", () => resolve()));

process.stdin.resume().on("close", () => {
  stop("whoever started it is gone");
  void ended.then(removeHome);
});

/** Another guard may have started a launcher in the same folder after ours was stopped: that one has to end first. */
const removeHome = async (): Promise<void> => {
  while (launcherIn(home) !== undefined) await delay(100);
  if (!process.env["MALIPO_E2E_KEEP"]) rmSync(home, { recursive: true, force: true });
};
