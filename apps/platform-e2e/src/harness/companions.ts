import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answers200, freePorts, isRunning, waitUntil, type ProcessIdentity } from "@malipo/local-platform";
import type { LaunchedPlatform, Process } from "./launched-platform.js";

const readyWithinMs = 90_000;

/** Second instances that are kept alive like the first ones: started again when they die. */
export class Companions {
  private constructor(
    private readonly home: string,
    private readonly guard: ChildProcess,
    private readonly ports: ReadonlyMap<Process, number>,
  ) {}

  static async start(platform: LaunchedPlatform, names: readonly Process[]): Promise<Companions> {
    const free = await freePorts(names.length);
    const ports = new Map(names.map((name, at) => [name, free[at]!] as const));
    const main = fileURLToPath(new URL("../../dist/harness/companion-guard.js", import.meta.url));
    const log = openSync(join(platform.home, "companions.log"), "a");
    const args = [...ports].map(([name, port]) => `${name}=${port}`);
    const guard = spawn(process.execPath, [main, platform.home, ...args], { detached: true, stdio: ["pipe", log, log] });
    closeSync(log);
    const companions = new Companions(platform.home, guard, ports);
    try {
      await companions.awaitReady();
    } catch (error) {
      await companions.stop(); // nobody else could, and our process would not end before its guard
      throw error;
    }
    return companions;
  }

  get names(): readonly Process[] {
    return [...this.ports.keys()];
  }

  url(name: Process): string | undefined {
    const port = this.ports.get(name);
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  pid(name: Process): number | undefined {
    const file = join(this.home, "companions", `${name}-2.pid`);
    if (!existsSync(file)) return undefined;
    const identity = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
    return isRunning(identity) ? identity.pid : undefined;
  }

  async awaitReady(timeoutMs = readyWithinMs): Promise<void> {
    const urls = this.names.map((name) => `${this.url(name)}/health/ready`);
    await waitUntil(
      async () => {
        if (this.guard.exitCode !== null) throw new Error(`the guard of the second instances ended with ${this.guard.exitCode}; see companions.log`);
        return (await Promise.all(urls.map(answers200))).every(Boolean) ? true : undefined;
      },
      { timeoutMs, everyMs: 100, what: "every second instance is ready" },
    );
  }

  async stop(): Promise<void> {
    if (this.guard.exitCode !== null || this.guard.signalCode !== null) return;
    const ended = once(this.guard, "exit");
    this.guard.stdin?.end();
    await ended;
  }
}
