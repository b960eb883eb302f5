import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Connection, type Target } from "./connection.js";
import type { LinkFault } from "./link-fault.js";
import { LinkState } from "./link-state.js";

const host = "127.0.0.1";
const resetTickMs = 100;

/** A way from one part of the platform to another, on which things can be made to go wrong while it is in use. */
export class Link {
  private readonly state = new LinkState();
  private readonly connections = new Set<Connection>();
  private resets: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    readonly name: string,
    readonly target: Target,
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on("connection", (socket: Socket) => this.take(socket));
  }

  /** Listens on that port, or on any. */
  static async open(name: string, target: Target, port = 0): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    await listen(server, port);
    return new Link(name, target, server, (server.address() as AddressInfo).port);
  }

  get fault(): LinkFault {
    return this.state.fault;
  }

  get open(): number {
    return this.connections.size;
  }

  /** Replaces whatever was wrong before. Settles once it holds for every connection. */
  async set(fault: LinkFault): Promise<void> {
    this.state.set(fault);
    if (fault.blackHole === undefined) for (const connection of [...this.connections]) if (connection.isBroken) connection.reset();
    clearInterval(this.resets);
    const { resetsPerSecond: rate = 0 } = fault;
    if (rate > 0) this.resets = setInterval(() => this.resetSome((rate * resetTickMs) / 1_000), resetTickMs);
    if (fault.refuse === true && this.server.listening) this.server.close();
    if (fault.refuse !== true && !this.server.listening && !this.closed) await listen(this.server, this.port);
  }

  /** Resets every connection that is open now. Answers how many. */
  resetAll(): number {
    return this.resetSome(1);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.resets);
    this.resetAll();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private resetSome(share: number): number {
    const chosen = [...this.connections].filter(() => Math.random() < share);
    for (const connection of chosen) connection.reset();
    return chosen.length;
  }

  private take(socket: Socket): void {
    const connection = new Connection(socket, this.target, this.state, () => this.connections.delete(connection));
    this.connections.add(connection);
    void connection.open();
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
