import { once } from "node:events";
import type { Socket } from "node:net";
import { concerns, type LinkFault, type Way } from "./link-fault.js";
import type { LinkState } from "./link-state.js";

/** What a connection does about what one of its two pipes meets. */
export interface PipeOwner {
  readonly over: AbortSignal;
  /** Something was lost on the way, so that the rest of the stream makes no sense to anybody. */
  lost(): void;
  reset(): void;
  /** Everything that came this way has been passed on, its end included. */
  done(): void;
}

interface Arrival {
  readonly atMs: number;
  /** From 0 to 1: its share of the jitter. */
  readonly jitter: number;
  readonly content: Buffer | "end" | "reset";
}

const buffered = 256 << 10;
/** With a bandwidth bytes go in pieces of a tenth of a second. */
const piecesPerSecond = 10;

/** One way of one connection. Reads no further than a bounded number of bytes ahead, so that back-pressure stays what it is. */
export class Pipe {
  private readonly arrivals: Arrival[] = [];
  private bytes = 0;
  private wake: (() => void) | undefined;

  constructor(
    private readonly way: Way,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly state: LinkState,
    private readonly owner: PipeOwner,
  ) {
    from.on("data", (chunk) => this.arrived(chunk as Buffer));
    from.once("end", () => this.arrived("end"));
    from.once("close", () => this.arrived(from.readableEnded ? "end" : "reset"));
    owner.over.addEventListener("abort", () => this.wake?.(), { once: true });
    from.resume();
  }

  async run(): Promise<void> {
    while (!this.owner.over.aborted) {
      const arrival = this.arrivals.shift();
      if (arrival === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      await this.state.wait((fault) => this.remainingMs(fault, arrival), this.owner.over);
      if (this.owner.over.aborted) return;
      if (concerns(this.state.fault.blackHole, this.way)) this.owner.lost();
      else if (arrival.content === "reset") return this.owner.reset();
      else if (arrival.content === "end") {
        this.to.end();
        return this.owner.done();
      } else await this.pass(arrival.content);
      this.taken(arrival.content);
    }
  }

  private arrived(content: Arrival["content"]): void {
    this.arrivals.push({ atMs: performance.now(), jitter: Math.random(), content });
    if (Buffer.isBuffer(content)) {
      this.bytes += content.length;
      if (this.bytes >= buffered) this.from.pause();
    }
    this.wake?.();
  }

  private taken(content: Arrival["content"]): void {
    if (!Buffer.isBuffer(content)) return;
    this.bytes -= content.length;
    if (this.bytes < buffered && this.from.isPaused()) this.from.resume();
  }

  private remainingMs(fault: LinkFault, { atMs, jitter }: Arrival): number {
    if (concerns(fault.hold, this.way)) return Number.POSITIVE_INFINITY;
    return atMs + (fault.latencyMs ?? 0) + jitter * (fault.jitterMs ?? 0) - performance.now();
  }

  private async pass(content: Buffer): Promise<void> {
    if (this.way === "down" && this.state.fault.resetOnAnswer === true) return this.owner.reset();
    let at = 0;
    while (at < content.length && !this.owner.over.aborted && this.to.writable) {
      const piece = content.subarray(at, at + pieceOf(this.state.fault));
      at += piece.length;
      if (!this.to.write(piece)) await once(this.to, "drain", { signal: this.owner.over }).catch(() => undefined);
      const wroteAtMs = performance.now();
      await this.state.wait((fault) => wroteAtMs + pauseAfter(piece.length, fault) - performance.now(), this.owner.over);
    }
  }
}

const pieceOf = ({ slice, bytesPerSecond }: LinkFault): number =>
  Math.min(slice?.bytes ?? Number.MAX_SAFE_INTEGER, Math.max(1, Math.ceil((bytesPerSecond ?? Number.MAX_SAFE_INTEGER) / piecesPerSecond)));

const pauseAfter = (bytes: number, { slice, bytesPerSecond }: LinkFault): number =>
  Math.max(slice?.pauseMs ?? 0, bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1_000);
