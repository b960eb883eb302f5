import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answers200, freePorts, identify, isRunning, readDemoFile, waitUntil, type DemoFile } from "@malipo/local-platform";
import { launcherIn } from "./launcher-in.js";

export type Process =
  | "auth-token"
  | "payment-intake"
  | "provider-router"
  | "callback-dispatcher"
  | "reconciliation"
  | "provider-sandbox"
  | "kafka"
  | "postgres";

const portVariables = [
  "PAYMENT_INTAKE_PORT",
  "AUTH_TOKEN_PORT",
  "PROVIDER_ROUTER_PORT",
  "CALLBACK_DISPATCHER_PORT",
  "RECONCILIATION_PORT",
  "SANDBOX_PORT",
  "SANDBOX_PAWAPAY_PORT",
  "SANDBOX_DARAJA_PORT",
  "POSTGRES_PORT",
  "KAFKA_PORT",
  "KAFKA_CONTROLLER_PORT",
] as const;

/** The same after a stop and a start, or callbacks and consoles would lose their platform. */
const portsIn = async (home: string): Promise<Record<string, string>> => {
  const file = join(home, "ports.json");
  if (!existsSync(file)) {
    const ports = await freePorts(portVariables.length);
    writeFileSync(file, JSON.stringify(Object.fromEntries(portVariables.map((name, at) => [name, String(ports[at])]))));
  }
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
};

const readyWithinMs = 180_000;
const stopWithinMs = 25_000;

/** A platform started by the real launcher as a process of its own, in a folder and on ports of its own. */
export class LaunchedPlatform {
  private constructor(
    readonly home: string,
    readonly demo: DemoFile,
    private readonly guard: ChildProcess | undefined,
  ) {}

  /** Starts it, or joins the one that already runs in that folder. */
  static async start(home: string, env: Readonly<Record<string, string>> = {}): Promise<LaunchedPlatform> {
    mkdirSync(failpointsIn(home), { recursive: true });
    chmodSync(home, 0o711); // PostgreSQL may run as a user of its own
    const guard = launcherIn(home) === undefined ? await launch(home, env) : undefined;
    const demo = await waitUntil(
      () => {
        const ready = readDemoFile(home);
        if (ready === undefined && launcherIn(home) === undefined) throw new Error(`the platform did not start:\n${tailOf(home)}`);
        return ready;
      },
      { timeoutMs: readyWithinMs, everyMs: 100, what: "the platform is ready" },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${tailOf(home)}`, { cause: error });
    });
    return new LaunchedPlatform(home, demo, guard);
  }

  get failpoints(): string {
    return failpointsIn(this.home);
  }

  get logs(): string {
    return join(this.home, "logs");
  }

  /** What runs under that name now. */
  pid(name: Process): number | undefined {
    return readDemoFile(this.home)?.pids[name];
  }

  async awaitRestart(name: Process, oldPid: number): Promise<void> {
    await waitUntil(
      () => {
        const pid = this.pid(name);
        return pid !== undefined && pid !== oldPid ? pid : undefined;
      },
      { timeoutMs: 30_000, what: `${name} runs again` },
    );
    await this.awaitReady();
  }

  /** Every service says that it can do its job now. */
  async awaitReady(timeoutMs = 60_000): Promise<void> {
    const { urls, baseUrl } = this.demo;
    const all = [baseUrl, urls.authToken, urls.providerRouter, urls.callbackDispatcher, urls.reconciliation, urls.sandbox];
    await waitUntil(
      async () => {
        const answers = await Promise.all(all.map((url) => answers200(`${url}/health/ready`)));
        return answers.every((ready) => ready) ? true : undefined;
      },
      { timeoutMs, everyMs: 100, what: "every service is ready again" },
    );
  }

  /** Asks the launcher to stop as Ctrl-C does; answers after how many milliseconds everything was gone. */
  async stop(): Promise<number> {
    const launcher = launcherIn(this.home);
    if (launcher === undefined) return 0;
    const began = performance.now();
    process.kill(launcher.pid, "SIGTERM");
    await waitUntil(() => (isRunning(launcher) ? undefined : true), { timeoutMs: stopWithinMs, what: "the platform has stopped" });
    return performance.now() - began;
  }

  /** Stops it for good: its guard takes the folder away now, and not only at the end of this run. */
  async discard(): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.guard?.stdin?.end();
    }
  }
}

const failpointsIn = (home: string): string => join(home, "failpoints");

const tailOf = (home: string): string => {
  const file = join(home, "launcher.log");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(-60).join("\n") : "";
};

const launch = async (home: string, env: Readonly<Record<string, string>>): Promise<ChildProcess> => {
  const guard = fileURLToPath(new URL("../../dist/harness/platform-guard.js", import.meta.url));
  const child = spawn(process.execPath, [guard, home, "--no-demo-payment"], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
    env: { ...process.env, MALIPO_HOME: home, FAILPOINT_DIR: failpointsIn(home), ...(await portsIn(home)), ...env },
  });
  // Neither the guard nor the pipe to it keeps the run alive: that the pipe ends with the run is what it is for.
  child.unref();
  (child.stdin as Socket).unref();
  const identity = identify(child.pid!);
  await waitUntil(() => (launcherIn(home) !== undefined || identity === undefined || !isRunning(identity) ? true : undefined), {
    timeoutMs: 30_000,
    what: "the launcher runs",
  });
  return child;
};
