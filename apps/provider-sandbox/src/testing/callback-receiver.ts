import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Received = Readonly<{ path: string; body: Record<string, unknown> }>;

/** A server that keeps what it is called back with; `answerWith` decides what it answers from then on. */
export class CallbackReceiver {
  readonly received: Received[] = [];
  private status = 200;
  private waiting: (() => void)[] = [];
  private readonly server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      response.writeHead(this.status).end();
      this.received.push({ path: request.url ?? "", body: JSON.parse(text) as Record<string, unknown> });
      for (const wake of this.waiting.splice(0)) wake();
    });
  });

  private constructor() {}

  static async listen(): Promise<CallbackReceiver> {
    const receiver = new CallbackReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answerWith(status: number): void {
    this.status = status;
  }

  /** Resolves with all that came once there are `count`. */
  async have(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.received;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }
}
