import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type WebhookSink = (provider: string, pathToken: string, body: Buffer) => Promise<number>;

/** Where providers call us: the router's edge without Nest. */
export const listenForWebhooks = async (sink: WebhookSink): Promise<{ url: string; close(): Promise<void> }> => {
  const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const [, , provider = "", token = ""] = new URL(request.url!, "http://x").pathname.split("/");
      response.writeHead(await sink(provider, token, body)).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

export type Entry = Readonly<{ kind: string; provider: string; paymentId: string | null; payer: string; amount: string }>;

/** The provider sandbox as a process of its own, spoken to over HTTP alone. */
export class SandboxProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly ports: Readonly<{ control: number; pawapay: number; daraja: number }>,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<SandboxProcess> {
    const folder = mkdtempSync(join(tmpdir(), "router-sandbox-"));
    const main = new URL("../../../provider-sandbox/dist/main.js", import.meta.url).pathname;
    const child = spawn(process.execPath, [main], {
      env: { ...env, SANDBOX_PORT: "0", SANDBOX_PAWAPAY_PORT: "0", SANDBOX_DARAJA_PORT: "0", SANDBOX_DATA_DIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ports = await new Promise<SandboxProcess["ports"]>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const said = JSON.parse(line) as { ports?: SandboxProcess["ports"] };
        if (said.ports !== undefined) resolve(said.ports);
      });
    });
    return new SandboxProcess(child, folder, ports);
  }

  async ledger(payer: string): Promise<readonly Entry[]> {
    const reply = await fetch(`http://127.0.0.1:${this.ports.control}/_sandbox/ledger?payer=${payer}`);
    return ((await reply.json()) as { entries: readonly Entry[] }).entries;
  }

  async listener(provider: string, state: "open" | "refuse" | "hang"): Promise<void> {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`http://127.0.0.1:${this.ports.control}/_sandbox/listeners`, { method: "POST", headers, body: JSON.stringify({ provider, state }) });
    if (!reply.ok) throw new Error(`the sandbox answered ${reply.status}`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
