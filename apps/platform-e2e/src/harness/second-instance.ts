import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answers200, freePorts, waitUntil } from "@malipo/local-platform";
import type { LaunchedPlatform, Process } from "./launched-platform.js";

/** One more instance of a service, started by hand with exactly the environment of the first, on a port of its own. */
export class SecondInstance {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(platform: LaunchedPlatform, name: Process): Promise<SecondInstance> {
    const pid = platform.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    const text = readFileSync(`/proc/${pid}/environ`, "utf8");
    const pairs = text.split("\0").filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const);
    const [command = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    const [port] = await freePorts(1);
    const log = openSync(join(platform.logs, `${name}-2.log`), "a");
    const child = spawn(command, args, { env: { ...Object.fromEntries(pairs), PORT: String(port) }, stdio: ["ignore", log, log] });
    closeSync(log);
    const url = `http://127.0.0.1:${port}`;
    await waitUntil(
      async () => {
        if (child.exitCode !== null) throw new Error(`the second ${name} ended with ${child.exitCode}: ${readFileSync(join(platform.logs, `${name}-2.log`), "utf8").slice(-4_000)}`);
        return (await answers200(`${url}/health/ready`)) ? true : undefined;
      },
      { timeoutMs: 60_000, everyMs: 100, what: `a second ${name} is ready` },
    );
    return new SecondInstance(url, child);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}
