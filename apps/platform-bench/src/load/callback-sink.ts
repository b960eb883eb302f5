import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

interface Told {
  readonly type: string;
  readonly reference: string;
  readonly version: number;
}

/** Checking every signature would cost the machine more than some services do. */
const checkedOneIn = 50;

/** The merchants' receiver under load: remembers which versions came in which order, and when the payment was completed. */
export class CallbackSink {
  /** Versions of each payment in the order of their first arrival. */
  readonly versions = new Map<string, number[]>();
  readonly completedAtMs = new Map<string, number>();
  received = 0;
  checked = 0;
  readonly faults: string[] = [];
  onCompleted: ((reference: string, atMs: number) => void) | undefined;
  private readonly secrets = new Map<string, Webhook>();
  private readonly server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => response.writeHead(this.take(message, Buffer.concat(chunks).toString("utf8"))).end());
  });

  async open(): Promise<void> {
    this.server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", 1_024, resolve);
    });
  }

  urlFor(merchantId: string, callbackSecret: string): string {
    this.secrets.set(merchantId, new Webhook(callbackSecret));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${merchantId}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private take(message: IncomingMessage, text: string): number {
    const atMs = performance.now();
    this.received += 1;
    if (this.received % checkedOneIn === 0 && !this.isSigned(message, text)) return 400;
    const { type, reference, version } = JSON.parse(text) as Told;
    const known = this.versions.get(reference);
    if (known === undefined) this.versions.set(reference, [version]);
    else if (known.at(-1) !== version) known.push(version); // the same again is allowed: at least once
    if (type === "payment.completed" && !this.completedAtMs.has(reference)) {
      this.completedAtMs.set(reference, atMs);
      this.onCompleted?.(reference, atMs);
    }
    return 204;
  }

  private isSigned(message: IncomingMessage, text: string): boolean {
    this.checked += 1;
    try {
      this.secrets.get((message.url ?? "").slice(1))!.verify(text, message.headers as Record<string, string>);
      return true;
    } catch (error) {
      this.faults.push(`a callback's signature does not hold: ${String(error)}`);
      return false;
    }
  }
}
