import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { request } from "undici";
import { runPlatform } from "./launcher.js";
import { freePorts } from "./net/ports.js";
import { serviceNames } from "./platform/settings.js";
import { identify } from "./processes/process-identity.js";
import { waitUntil } from "./processes/wait-until.js";

const fixture = pathToFileURL(join(import.meta.dirname, "../../fixtures/service.mjs")).href;
const portVariables = [
  "PAYMENT_INTAKE_PORT",
  "AUTH_TOKEN_PORT",
  "PROVIDER_ROUTER_PORT",
  "CALLBACK_DISPATCHER_PORT",
  "RECONCILIATION_PORT",
  "SANDBOX_PORT",
  "SANDBOX_PAWAPAY_PORT",
  "SANDBOX_DARAJA_PORT",
];

interface Demo {
  readonly baseUrl: string;
  readonly adminToken: string;
  readonly merchants: readonly { readonly merchantId: string; readonly name: string }[];
  readonly pids: Readonly<Record<string, number>>;
}

describe("the launcher", () => {
  let root: string;
  let env: NodeJS.ProcessEnv;
  let output: string[];

  const demoFile = (): string => join(root, ".malipo", "demo.json");
  const demo = (): Demo => JSON.parse(readFileSync(demoFile(), "utf8")) as Demo;

  const launch = (): { readonly stop: AbortController; readonly ended: Promise<void> } => {
    const stop = new AbortController();
    const write = (line: string): void => void output.push(line);
    return { stop, ended: runPlatform({ root, env, demoPayment: false, write, stop: stop.signal, firstRestartDelayMs: 100 }) };
  };

  const whenReady = (ended: Promise<void>): Promise<Demo> =>
    Promise.race([
      waitUntil(() => (existsSync(demoFile()) ? demo() : undefined), { timeoutMs: 20_000, what: "demo.json" }),
      ended.then(() => Promise.reject(new Error(output.join("\n")))),
    ]);

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "malipo-launcher-"));
    for (const name of serviceNames) {
      mkdirSync(join(root, "apps", name, "dist"), { recursive: true });
      writeFileSync(join(root, "apps", name, "dist", "main.js"), `import(${JSON.stringify(fixture)});\n`);
    }
    const ports = await freePorts(portVariables.length);
    env = {
      PATH: process.env["PATH"],
      KAFKA_BROKERS: process.env["TEST_KAFKA_BROKERS"],
      DATABASE_URL: process.env["TEST_DATABASE_URL"],
      ...Object.fromEntries(portVariables.map((name, index) => [name, String(ports[index])])),
    };
    output = [];
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it("tells where everything is while it runs, and takes it back when it stops", async () => {
    const { stop, ended } = launch();
    const { baseUrl, pids } = await whenReady(ended);
    expect(baseUrl).toBe(`http://127.0.0.1:${env["PAYMENT_INTAKE_PORT"]}`);
    expect(statSync(demoFile()).mode & 0o777).toBe(0o600);
    expect(Object.keys(pids).sort()).toEqual([...serviceNames].sort());
    stop.abort();
    await ended;
    expect(existsSync(demoFile())).toBe(false);
    expect(Object.values(pids).flatMap((pid) => identify(pid) ?? [])).toEqual([]);
  });

  it("rewrites the pids after a service died and runs again", async () => {
    const { stop, ended } = launch();
    const before = await whenReady(ended);
    const old = before.pids["provider-router"]!;
    process.kill(old, "SIGKILL");
    await waitUntil(() => (demo().pids["provider-router"] ?? old) !== old || undefined, { timeoutMs: 10_000, what: "the new pid" });
    stop.abort();
    await ended;
  });

  it("finds its merchants and secrets again at the second start", async () => {
    const first = launch();
    const before = await whenReady(first.ended);
    first.stop.abort();
    await first.ended;
    const second = launch();
    const after = await whenReady(second.ended);
    second.stop.abort();
    await second.ended;
    expect(before.merchants.map(({ name }) => name)).toEqual(["Demo merchant", "Second merchant"]);
    expect(after.merchants).toEqual(before.merchants);
    expect(after.adminToken).toBe(before.adminToken);
  });

  it("gives a service the keys of its own purposes, and no secret of another", async () => {
    const { stop, ended } = launch();
    await whenReady(ended);
    const envOf = async (variable: string): Promise<Record<string, string>> => {
      const { body } = await request(`http://127.0.0.1:${env[variable]}/env`);
      return ((await body.json()) as { env: Record<string, string> }).env;
    };
    expect((await envOf("CALLBACK_DISPATCHER_PORT"))["KEYRING_PURPOSES"]).toBe("personal-data,callback-secrets");
    expect(await envOf("PAYMENT_INTAKE_PORT")).not.toHaveProperty("PAWAPAY_API_TOKEN");
    expect(await envOf("PROVIDER_ROUTER_PORT")).toHaveProperty("PAWAPAY_API_TOKEN");
    expect(await envOf("SANDBOX_PORT")).not.toHaveProperty("ADMIN_TOKEN");
    stop.abort();
    await ended;
  });

  it("names the port that is taken, by whom, and the variable that moves it", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(env["RECONCILIATION_PORT"]), "127.0.0.1", resolve));
    const { ended } = launch();
    await expect(ended).rejects.toThrow(new RegExp(`port ${env["RECONCILIATION_PORT"]}, wanted by reconciliation, is in use.*RECONCILIATION_PORT`));
    squatter.close();
  });

  it("ends with the cause, and stops the others, when a service keeps dying at its start", async () => {
    writeFileSync(join(root, "apps", "reconciliation", "dist", "main.js"), "process.exit(3);\n");
    await expect(launch().ended).rejects.toThrow(/reconciliation keeps dying \(last: exit code 3\)/);
    expect(existsSync(demoFile())).toBe(false);
  });

  it("refuses a folder of another version, and says what to do", async () => {
    mkdirSync(join(root, ".malipo"));
    writeFileSync(join(root, ".malipo", "VERSION"), "0\n");
    await expect(launch().ended).rejects.toThrow(/of version 0.*npm run reset/);
  });
});
