import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { CallbackReceiver } from "./testing/callback-receiver.js";
import { depositBody, send } from "./testing/harness.js";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
type Running = Readonly<{ child: ChildProcess; control: string; pawapay: string }>;

describe("a sandbox that is killed", () => {
  let dataDir: string;
  let receiver: CallbackReceiver;
  let running: Running | undefined;

  const start = async (latencyMs: number): Promise<Running> => {
    const child = spawn(process.execPath, [main], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        SANDBOX_DATA_DIR: dataDir,
        SANDBOX_PORT: "0",
        SANDBOX_PAWAPAY_PORT: "0",
        SANDBOX_DARAJA_PORT: "0",
        SANDBOX_LATENCY_MS: String(latencyMs),
        SANDBOX_PAWAPAY_CALLBACK_URL: `${receiver.url}/pawapay`,
        PAWAPAY_API_TOKEN: "t",
        DARAJA_CONSUMER_KEY: "k",
        DARAJA_CONSUMER_SECRET: "s",
        DARAJA_PASSKEY: "p",
      },
    });
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    const { ports } = JSON.parse(line.toString()) as { ports: { control: number; pawapay: number } };
    running = { child, control: `http://127.0.0.1:${ports.control}`, pawapay: `http://127.0.0.1:${ports.pawapay}` };
    return running;
  };
  const kill = async (signal: "SIGKILL" | "SIGTERM"): Promise<number | null> => {
    const { child } = running!;
    running = undefined;
    const exited = once(child, "exit");
    child.kill(signal);
    return ((await exited) as [number | null])[0];
  };
  const headers = { authorization: "Bearer t" };
  const ledger = async ({ control }: Running) =>
    (await send(`${control}/_sandbox/ledger`)).json["entries"] as { payer: string }[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "sandbox-kill-"));
    receiver = await CallbackReceiver.listen();
  });
  afterEach(async () => {
    if (running) await kill("SIGKILL");
    await receiver.close();
    await rm(dataDir, { recursive: true });
  });

  it("has told of nothing that it does not know afterwards", async () => {
    const accepted = new Set<string>();
    for (let round = 1; round <= 5; round += 1) {
      const { pawapay } = await start(0);
      // Keeps accepting while callbacks come in, and dies at the first callback of the round.
      const before = receiver.received.length;
      const sending = Array.from({ length: 40 }, async () => {
        const body = depositBody("243813456789");
        const answer = await send(`${pawapay}/v2/deposits`, body, headers).catch(() => undefined);
        if (answer?.json["status"] === "ACCEPTED") accepted.add(body.depositId);
      });
      await receiver.have(before + 1);
      await kill("SIGKILL");
      await Promise.all(sending);
    }
    const told = new Set(receiver.received.map(({ body }) => body["depositId"] as string));
    const after = await start(0);
    const status = async (id: string) => (await send(`${after.pawapay}/v2/deposits/${id}`, undefined, headers)).json;
    for (const id of told) expect((await status(id))["data"].status).toBe("COMPLETED");
    for (const id of accepted) expect((await status(id))["status"]).toBe("FOUND");
    expect(accepted.size).toBeGreaterThan(0);
    // Every acceptance ends in its callback, whoever was killed in between, and in one charge.
    for (const id of accepted) {
      while (!receiver.received.some(({ body }) => body["depositId"] === id)) await receiver.have(receiver.received.length + 1);
    }
    const statement = await send(`${after.control}/_sandbox/statements/pawapay?date=${new Date().toISOString().slice(0, 10)}`);
    for (const id of accepted) expect(statement.text.split(`\n${id},`)).toHaveLength(2);
  });

  it("knows the charge whose answer it reset", async () => {
    const { pawapay } = await start(0);
    const body = depositBody("243813456139");
    await expect(send(`${pawapay}/v2/deposits`, body, headers)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    await kill("SIGKILL");
    const after = await start(0);
    expect(await ledger(after)).toMatchObject([{ payer: "243813456139" }]);
    await send(`${after.control}/_sandbox/clock`, { advanceSeconds: 3 });
    expect((await receiver.have(1))[0]?.body).toMatchObject({ depositId: body.depositId, status: "COMPLETED" });
    expect(await ledger(after)).toHaveLength(1);
  });

  it("stops in order on SIGTERM and finds everything again", async () => {
    const { pawapay } = await start(60_000);
    const body = depositBody("243813456789");
    await send(`${pawapay}/v2/deposits`, body, headers);
    const began = performance.now();
    expect(await kill("SIGTERM")).toBe(0);
    expect(performance.now() - began).toBeLessThan(3_000);
    const after = await start(60_000);
    await send(`${after.control}/_sandbox/clock`, { advanceSeconds: 60 });
    expect((await receiver.have(1))[0]?.body).toMatchObject({ depositId: body.depositId });
  });
});
