#!/usr/bin/env node
// Plain JavaScript, committed, so that the command exists as soon as packages are installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

if (!existsSync(main)) {
  console.error("malipo: the command is not built yet. Run `npm run build` (or `npm start`, which builds first).");
  process.exit(1);
}

const [major, minor] = process.versions.node.split(".").map(Number);
const recent = major > 24 || (major === 24 && minor >= 15);
const local = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url));
if (!recent && !(existsSync(local) && spawnSync(local, ["--version"]).status === 0)) {
  console.error(`malipo: Node 24.15 or newer is needed; this is ${process.version}, and none came with the packages.`);
  process.exit(1);
}

const child = spawn(recent ? process.execPath : local, ["--enable-source-maps", main, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, MALIPO_ROOT: root },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
  console.error(`malipo: ${error.message}`);
  process.exit(1);
});
child.once("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
