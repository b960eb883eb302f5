import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type GateState = "open" | "refuse" | "hang";
export const gateStates: readonly GateState[] = ["open", "refuse", "hang"];

/** A listening port that can really be shut, or take connections and never answer on them. */
export class Gate {
  private server: Server | undefined;
  private held: GateState = "refuse";
  private underWay = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly handle: (request: IncomingMessage, response: ServerResponse) => void,
    private readonly host: string,
    private listeningPort: number,
  ) {}

  get state(): GateState {
    return this.held;
  }

  get port(): number {
    return this.listeningPort;
  }

  /** One change at a time, each done when it resolves: a port that is to refuse refuses from then on. */
  turnTo(state: GateState): Promise<void> {
    const turned = this.turn.then(() => this.change(state));
    this.turn = turned.catch(() => undefined);
    return turned;
  }

  private async change(state: GateState): Promise<void> {
    if (state === this.held) return;
    const before = this.held;
    this.held = state;
    if (state === "refuse") return this.shut();
    // Connections of the time before are cut, or an answer might come on one that was promised none.
    if (before === "hang") this.server?.closeAllConnections();
    if (!this.server) await this.listen();
  }

  private async listen(): Promise<void> {
    const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => this.take(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.listeningPort, this.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    this.listeningPort = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    if (this.held === "hang") return;
    if (this.held === "refuse") return void request.socket.destroy();
    this.underWay += 1;
    response.once("close", () => {
      this.underWay -= 1;
    });
    this.handle(request, response);
  }

  /** Requests already taken get their answer, within a second; then every connection is closed. */
  private async shut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cut = setInterval(() => this.underWay === 0 && server.closeAllConnections(), 5);
    const latest = setTimeout(() => server.closeAllConnections(), 1_000);
    await closed;
    clearInterval(cut);
    clearTimeout(latest);
  }
}
