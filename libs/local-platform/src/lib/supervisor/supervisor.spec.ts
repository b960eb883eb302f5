import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { request } from "undici";
import { freePorts } from "../net/ports.js";
import { identify } from "../processes/process-identity.js";
import { waitUntil } from "../processes/wait-until.js";
import type { ServiceSpec } from "./service.js";
import { Supervisor } from "./supervisor.js";

const fixture = join(import.meta.dirname, "../../../fixtures/service.mjs");

describe("a supervisor", () => {
  let folder: string;
  let port: number;
  let supervisor: Supervisor;
  let lines: string[];
  let restarted: string[];
  let givenUp: string[];

  const service = (name: string, at: number, mood = "well"): ServiceSpec => ({
    name,
    command: process.execPath,
    args: [fixture],
    env: { PATH: process.env["PATH"], PORT: String(at), MOOD: mood },
    readyUrl: `http://127.0.0.1:${at}/health/ready`,
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "malipo-supervisor-"));
    [port] = (await freePorts(1)) as [number];
    [lines, restarted, givenUp] = [[], [], []];
    supervisor = new Supervisor({
      pidDir: join(folder, "pids"),
      logDir: join(folder, "logs"),
      events: {
        onLine: (name, line) => lines.push(`${name}: ${line}`),
        onRestarted: (name) => restarted.push(name),
        onGivenUp: (_, reason) => givenUp.push(reason),
      },
      firstDelayMs: 20,
    });
  });

  afterEach(async () => {
    await supervisor.stop(2_000);
    rmSync(folder, { recursive: true });
  });

  it("waits until a service is ready, keeps its log, and shows it shortened", async () => {
    supervisor.start(service("intake", port));
    await supervisor.ready("intake", 10_000);
    await waitUntil(() => lines.find((line) => line === `intake: listening port=${port}`), { timeoutMs: 5_000, what: "the line" });
    expect(readFileSync(join(folder, "logs", "intake.log"), "utf8")).toContain('"msg":"listening"');
    expect(supervisor.pids()["intake"]).toBeGreaterThan(0);
  });

  it("starts a service again that died, under a new pid", async () => {
    supervisor.start(service("intake", port));
    await supervisor.ready("intake", 10_000);
    const before = supervisor.pids()["intake"]!;
    process.kill(before, "SIGKILL");
    await waitUntil(() => (restarted.length > 0 ? true : undefined), { timeoutMs: 10_000, what: "the restart" });
    await supervisor.ready("intake", 10_000);
    expect(supervisor.pids()["intake"]).not.toBe(before);
    expect(lines).toContainEqual(expect.stringContaining("ended with signal SIGKILL"));
  });

  it("gives up on a service that keeps dying, and says so to whoever waits for it", async () => {
    supervisor.start(service("intake", port, "dead on arrival"));
    await expect(supervisor.ready("intake", 20_000)).rejects.toThrow(/intake keeps dying \(last: exit code 3\)/);
    expect(restarted).toHaveLength(5);
    expect(givenUp).toHaveLength(1);
    expect(lines).toContain("intake: cannot live like this");
  });

  it("stops the last one first, forces the one that does not listen, and leaves none", async () => {
    const [second, third] = (await freePorts(2)) as [number, number];
    supervisor.start(service("first", port));
    supervisor.start(service("deaf", second, "deaf"));
    supervisor.start(service("last", third));
    await Promise.all(["first", "deaf", "last"].map((name) => supervisor.ready(name, 10_000)));
    const pids = Object.values(supervisor.pids());
    const began = performance.now();
    await supervisor.stop(1_000);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(pids.map((pid) => identify(pid))).toEqual([undefined, undefined, undefined]);
    expect(readdirSync(join(folder, "pids"))).toEqual([]);
    const ended = ["last", "deaf", "first"].map((name) => readFileSync(join(folder, "logs", `${name}.log`), "utf8"));
    expect(ended[1]).toContain("heard, and staying");
    expect(restarted).toEqual([]);
  });

  it("ends what a killed launcher left running, and nothing that only has its number", async () => {
    const orphan = spawn(process.execPath, [fixture], { env: { PORT: String(port) }, stdio: "ignore" });
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await Promise.all([once(orphan, "spawn"), once(bystander, "spawn")]);
    mkdirSync(join(folder, "pids"));
    writeFileSync(join(folder, "pids", "intake.pid"), JSON.stringify(identify(orphan.pid!)));
    const reused = { ...identify(bystander.pid!)!, startedAt: "1" };
    writeFileSync(join(folder, "pids", "router.pid"), JSON.stringify(reused));
    const exit = once(orphan, "exit");
    expect(await supervisor.stopLeftovers()).toEqual(["intake"]);
    await exit;
    expect(identify(bystander.pid!)).toBeDefined();
    bystander.kill();
    await once(bystander, "exit");
  });

  it("hands a service the environment it was given", async () => {
    supervisor.start(service("intake", port));
    await supervisor.ready("intake", 10_000);
    const { body } = await request(`http://127.0.0.1:${port}/env`);
    expect(await body.json()).toMatchObject({ env: { PORT: String(port), MOOD: "well" } });
  });
});
