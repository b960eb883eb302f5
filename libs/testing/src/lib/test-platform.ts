import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answers200, freePorts, readDemoFile, runPlatform, waitUntil, type DemoFile, type ServiceName } from "@malipo/local-platform";
import { startReaper } from "./reaper.js";

export interface TestPlatformOptions {
  readonly demoPayment?: boolean;
  /** Added to the environment of `npm start`: times, failpoints, latencies. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestPlatform {
  readonly demo: DemoFile;
  readonly home: string;
  /** Everything the launcher printed so far. */
  readonly output: readonly string[];
  pid(name: ServiceName | "kafka" | "postgres"): number;
  /** Kills as by `kill -9`, and settles when it runs again and is ready. */
  killAndAwaitRestart(name: ServiceName | "kafka" | "postgres"): Promise<void>;
  /** Settles when that pid, whoever ended it, has been replaced and its successor is ready. */
  awaitRestart(name: ServiceName | "kafka" | "postgres", oldPid: number): Promise<void>;
  logOf(name: ServiceName | "kafka" | "postgres"): string;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../../..", import.meta.url));
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
];

/** What `npm start` starts, with ports and data of its own, for an e2e spec. Nothing is left behind, even by a kill. */
export const startTestPlatform = async (options: TestPlatformOptions = {}): Promise<TestPlatform> => {
  const home = mkdtempSync(join(tmpdir(), "malipo-platform-"));
  chmodSync(home, 0o711);
  const reaper = startReaper();
  reaper.watchFolder(home);
  const ports = await freePorts(portVariables.length);
  const env = {
    ...process.env,
    MALIPO_HOME: home,
    ...Object.fromEntries(portVariables.map((name, index) => [name, String(ports[index])])),
    ...options.env,
  };
  const stopping = new AbortController();
  const output: string[] = [];
  const write = (line: string): void => void output.push(line);
  let failure: unknown;
  const ended = runPlatform({ root, env, demoPayment: options.demoPayment ?? false, write, stop: stopping.signal }).catch(
    (error: unknown) => {
      failure = error;
    },
  );
  const stop = async (): Promise<void> => {
    stopping.abort(new Error("the spec is over"));
    await ended;
    await reaper.finish();
    if (failure !== undefined) throw failure;
  };
  const running = (): DemoFile | undefined => {
    if (failure !== undefined) throw new Error(`the platform ended: ${String(failure)}\n${output.join("\n")}`, { cause: failure });
    return readDemoFile(home);
  };

  let demo: DemoFile;
  try {
    demo = await waitUntil(running, { timeoutMs: 180_000, everyMs: 100, what: "the platform is ready" });
  } catch (error) {
    await stop().catch(() => undefined); // the first error says why
    throw error;
  }
  for (const pid of Object.values(demo.pids)) reaper.watchProcess(pid);

  const awaitRestart = async (name: string, oldPid: number): Promise<void> => {
    const changed = (): number | undefined => {
      const pid = running()?.pids[name];
      return pid === oldPid ? undefined : pid;
    };
    reaper.watchProcess(await waitUntil(changed, { timeoutMs: 60_000, what: `${name} runs again` }));
    const url = healthUrl(demo, name);
    if (url === undefined) return; // the launcher itself waits for a server before it tells its pid
    const ready = async (): Promise<true | undefined> => ((await answers200(url)) ? true : undefined);
    await waitUntil(ready, { timeoutMs: 60_000, what: `${name} is ready again` });
  };
  const pid = (name: string): number => {
    const found = running()?.pids[name];
    if (found === undefined) throw new Error(`${name} does not run`);
    return found;
  };
  return {
    demo,
    home,
    output,
    pid,
    awaitRestart,
    killAndAwaitRestart: async (name) => {
      const old = pid(name);
      process.kill(old, "SIGKILL");
      await awaitRestart(name, old);
    },
    logOf: (name) => readFileSync(join(home, "logs", `${name}.log`), "utf8"),
    stop,
  };
};

const healthUrl = ({ baseUrl, urls }: DemoFile, name: string): string | undefined => {
  const bases: Readonly<Record<string, string>> = {
    "payment-intake": baseUrl,
    "auth-token": urls.authToken,
    "provider-router": urls.providerRouter,
    "callback-dispatcher": urls.callbackDispatcher,
    reconciliation: urls.reconciliation,
    "provider-sandbox": urls.sandbox,
  };
  return bases[name] === undefined ? undefined : `${bases[name]}/health/ready`;
};
