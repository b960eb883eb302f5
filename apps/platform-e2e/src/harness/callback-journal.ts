import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { waitUntil } from "@malipo/local-platform";
import { Webhook } from "standardwebhooks";

export interface CallbackBody {
  readonly type: string;
  readonly reference: string;
  readonly orderNumber: string;
  readonly status: string;
  readonly amount: string;
  readonly currency: string;
  readonly payment_method: string;
  readonly version: number;
  readonly reason?: string;
  readonly occurred_at: string;
}

export interface JournalEntry {
  readonly atMs: number;
  readonly id: string;
  readonly body: CallbackBody;
}

const bodyOf = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

/** How a merchant treats a callback instead of accepting it. */
export type Manner = (response: ServerResponse) => void;

/** The merchants' own receiver: accepts what is signed with the secret of the merchant in the path, and keeps the order. */
export class CallbackJournal {
  readonly entries: JournalEntry[] = [];
  /** What was sent to us without a signature that holds. */
  readonly refused: string[] = [];
  private readonly secrets = new Map<string, Webhook>();
  private readonly manners = new Map<string, Manner>();
  private led: number | undefined;
  private readonly server = createServer((message, response) => {
    this.take(message).then(
      (manner) => (manner === undefined ? response.writeHead(204).end() : manner(response)),
      (error: unknown) => {
        if (!message.complete) return; // whoever sent it died, or the way here broke: it said nothing yet
        this.refused.push(`${message.url}: ${String(error)}`);
        response.writeHead(400).end();
      },
    );
  });

  static async open(): Promise<CallbackJournal> {
    const journal = new CallbackJournal();
    await new Promise<void>((resolve, reject) => {
      journal.server.once("error", reject);
      journal.server.listen(0, "127.0.0.1", resolve);
    });
    return journal;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on merchants name that port, which leads here, as theirs. */
  leadOver(port: number): void {
    this.led = port;
  }

  urlFor(merchantId: string, callbackSecret: string, suffix = ""): string {
    this.secrets.set(merchantId, new Webhook(callbackSecret));
    return `http://127.0.0.1:${this.led ?? this.port}/${merchantId}${suffix}`;
  }

  /** Has that merchant treat its callbacks in that manner; without one it accepts them again. */
  behave(merchantId: string, manner?: Manner): void {
    if (manner === undefined) this.manners.delete(merchantId);
    else this.manners.set(merchantId, manner);
  }

  of(reference: string): readonly CallbackBody[] {
    return this.entries.filter(({ body }) => body.reference === reference).map(({ body }) => body);
  }

  /** Settles with the first callback of that type for that payment. */
  next(type: string, reference: string, timeoutMs = 30_000): Promise<CallbackBody> {
    const found = (): CallbackBody | undefined => this.of(reference).find((body) => body.type === type);
    return waitUntil(found, { timeoutMs, what: `callback ${type} of ${reference}` }).catch((error: unknown) => {
      throw new Error(`${String(error)}; received: ${JSON.stringify(this.of(reference))}; refused: ${JSON.stringify(this.refused)}`, { cause: error });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async take(message: IncomingMessage): Promise<Manner | undefined> {
    const body = await bodyOf(message);
    const merchantId = /^\/([0-9a-f]{32})/.exec(message.url ?? "")?.[1] ?? "";
    const webhook = this.secrets.get(merchantId);
    if (webhook === undefined) throw new Error("a callback for nobody we know");
    const verified = webhook.verify(body, message.headers as Record<string, string>) as CallbackBody;
    const manner = this.manners.get(merchantId);
    if (manner === undefined) this.entries.push({ atMs: performance.now(), id: String(message.headers["webhook-id"]), body: verified });
    return manner;
  }
}

/** What is wrong with the callbacks of one payment, in the order of their arrival; repeats of the same one are allowed. */
export const faultsInOrder = (callbacks: readonly CallbackBody[]): readonly string[] => {
  const faults: string[] = [];
  let last = 1; // the creation itself, which its answer told
  for (const { version, type } of callbacks) {
    if (version === last || version === last + 1) last = version;
    else faults.push(`version ${version} (${type}) came after ${last}`);
  }
  return faults;
};
