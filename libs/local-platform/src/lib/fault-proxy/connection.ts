import { connect, type Socket } from "node:net";
import { concerns } from "./link-fault.js";
import type { LinkState } from "./link-state.js";
import { Pipe, type PipeOwner } from "./pipe.js";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** One connection through a link: what the client opened, and what was opened for it. */
export class Connection implements PipeOwner {
  private readonly ended = new AbortController();
  private server: Socket | undefined;
  private waysDone = 0;
  private broken = false;

  constructor(
    private readonly client: Socket,
    private readonly target: Target,
    private readonly state: LinkState,
    private readonly onOver: () => void,
  ) {
    client.setNoDelay(true);
    client.on("error", () => undefined); // its close says what is to be done
  }

  get over(): AbortSignal {
    return this.ended.signal;
  }

  /** Whether something of it was swallowed, so that it is of no use once the link is healed. */
  get isBroken(): boolean {
    return this.broken;
  }

  async open(): Promise<void> {
    if (concerns(this.state.fault.blackHole, "up")) return this.swallow();
    await this.state.wait(({ hold }) => (concerns(hold, "up") ? Number.POSITIVE_INFINITY : 0), this.over);
    if (this.over.aborted) return;
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    this.server = server;
    server.on("error", () => undefined);
    const ways = [new Pipe("up", this.client, server, this.state, this), new Pipe("down", server, this.client, this.state, this)];
    await Promise.all(ways.map((way) => way.run()));
  }

  lost(): void {
    this.broken = true;
  }

  done(): void {
    this.waysDone += 1;
    if (this.waysDone === 2) this.finish();
  }

  /** Both ends learn of it as of a connection that broke. */
  reset(): void {
    this.client.resetAndDestroy();
    this.server?.resetAndDestroy();
    this.finish();
  }

  /** As if the network had taken the connection request and nothing after it. */
  private swallow(): void {
    this.broken = true;
    this.client.resume();
    this.client.once("close", () => this.finish());
    // A client that closes politely is answered in kind, or its socket would stay open here until the link is healed.
    this.client.once("end", () => this.client.destroy());
  }

  private finish(): void {
    if (this.over.aborted) return;
    this.ended.abort();
    // Ends that were passed on are still flushed; a socket that has nothing to say is closed for good.
    for (const socket of [this.client, this.server]) socket?.destroySoon();
    this.onOver();
  }
}
