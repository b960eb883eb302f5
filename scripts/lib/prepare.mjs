// Plain JavaScript without dependencies: this is what runs on a fresh clone, under whatever Node the machine has.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const oldestNode = [24, 15];
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const began = Date.now();

export const say = (message) => console.log(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${message}`);

const fail = (message) => {
  console.error(`\n${message}`);
  process.exit(1);
};

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8"));
  } catch {
    return undefined;
  }
};

/** Whether node_modules holds what the lockfile names. Compared by content: a checkout changes times, not contents. */
const isInstalled = () => {
  const wanted = readJson("package-lock.json")?.packages ?? {};
  const found = readJson("node_modules/.package-lock.json")?.packages;
  if (found === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith("node_modules/")) return true;
    if (entry.link) return existsSync(join(root, path, "package.json"));
    if (entry.optional || entry.devOptional) return true; // another platform's
    return found[path]?.version === entry.version;
  });
};

/** Runs a step to its end, saying now and then that it still runs. Resolves to its exit status; a signal ends the whole script with it. */
export const runStep = (what, command, args, env = process.env) =>
  new Promise((resolve) => {
    const start = Date.now();
    const elapsed = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
    say(`${what} …`);
    const reminder = setInterval(() => say(`${what}: still at it after ${elapsed()}`), 15_000);
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env });
    let stopped;
    const stop = (signal) => {
      stopped = signal;
      child.kill(signal);
    };
    const finish = (status, why) => {
      clearInterval(reminder);
      for (const signal of signals) process.off(signal, stop);
      say(status === 0 ? `${what}: done in ${elapsed()}` : `${what}: failed after ${elapsed()} (${why})`);
      // Whoever asked one step to end has asked for no other.
      if (stopped !== undefined) fail(`${what}: stopped by ${stopped}`);
      resolve(status);
    };
    for (const signal of signals) process.on(signal, stop);
    child.once("error", (error) => finish(127, error.message));
    child.once("exit", (code, signal) => finish(code ?? 1, signal === null ? `exit code ${code}` : signal));
  });

const mustRun = async (what, command, args) => {
  const status = await runStep(what, command, args);
  if (status !== 0) fail(`${what} failed: ${[command, ...args].join(" ")}`);
};

export const ensureInstalled = async () => {
  if (!isInstalled()) await mustRun("installing packages (npm ci)", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
};

export const compiler = "node_modules/typescript7/bin/tsc";

export const build = () => mustRun("building", process.execPath, [compiler, "-b"]);

/** The Node that came with the packages, else this one if it is new enough. */
export const projectNode = () => {
  const local = join(root, "node_modules", ".bin", "node");
  if (existsSync(local) && spawnSync(local, ["--version"]).status === 0) return local;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return process.execPath;
  return fail(`Node ${oldestNode.join(".")} or newer is needed on this platform; this is ${process.version}.`);
};

/** Runs a script in the foreground under the project's Node, hands signals on, and ends as it ended. */
export const become = (script, args = []) => {
  const child = spawn(projectNode(), ["--enable-source-maps", join(root, script), ...args], { cwd: root, stdio: "inherit" });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => fail(`${script}: ${error.message}`));
  child.once("exit", (code, signal) => process.exit(signal === null ? code : 1));
};
