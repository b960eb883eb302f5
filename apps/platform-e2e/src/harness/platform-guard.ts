import { spawn } from "node:child_process";
import { openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Starts the launcher and outlives whoever asked for it by as much as its stop takes. The end of standard input, however
// it came about, stops the platform and takes its folder away: a run that was killed leaves nothing behind.
const [home = "", ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const log = openSync(join(home, "launcher.log"), "a");
const main = join(root, "libs", "local-platform", "dist", "start.main.js");
const launcher = spawn(process.execPath, ["--enable-source-maps", main, ...args], { cwd: root, stdio: ["ignore", log, log] });

let abandoned = false;
const stop = (why: string): void => {
  writeSync(log, `the guard stops the launcher: ${why}\n`);
  launcher.kill("SIGTERM");
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
process.stdin.resume().on("close", () => {
  abandoned = true;
  stop("whoever started it is gone");
});
launcher.once("exit", (code) => {
  if (abandoned) rmSync(home, { recursive: true, force: true });
  process.exit(code ?? 1);
});
