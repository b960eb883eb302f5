import { createServer, type Server } from "node:net";

export type ListenAddress = Readonly<{ host: string; port: number }>;

/**
 * Connections that the kernel holds for us while we are busy. Beyond it it drops them silently, and the client tries again
 * after 1, 3, and 7 s: Node's own 511 was too little for a burst, which made answers late that cost us nothing.
 */
const backlog = 4_096;
/** Node takes one connection from a listener in each turn of its loop, and under load turns are long. */
const listenersMax = 16;

const listening = (server: Server, options: Parameters<Server["listen"]>[0]): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** Several listeners share one port only where the kernel hands connections out among them. */
const canShare = process.platform === "linux";

/** Listeners beside the server's own, which hand it what they take. */
export class Listeners {
  private readonly servers: Server[] = [];

  /** A port of 0 becomes a free one. Rejects when somebody else listens there: sharing is for ourselves alone. */
  static async reserve({ host, port }: ListenAddress): Promise<ListenAddress & Readonly<{ backlog: number; reusePort: boolean }>> {
    const probe = createServer();
    await listening(probe, { host, port });
    const address = probe.address();
    await closed(probe);
    return { host, port: typeof address === "object" && address !== null ? address.port : port, backlog, reusePort: canShare };
  }

  /** Once the server itself listens at the reserved address. */
  async join(server: Server, address: Awaited<ReturnType<typeof Listeners.reserve>>): Promise<void> {
    while (canShare && this.servers.length < listenersMax - 1) {
      const one = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => void server.emit("connection", socket));
      await listening(one, address);
      this.servers.push(one);
    }
  }

  /** Takes no more; settles when the connections that were taken are gone. */
  async close(): Promise<void> {
    await Promise.all(this.servers.splice(0).map(closed));
  }
}
