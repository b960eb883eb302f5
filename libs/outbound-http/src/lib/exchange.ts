import type { HttpOutcome } from "@malipo/ports";
import { type Dispatcher, errors } from "undici";
import { ConnectFailure } from "./guarded-connector.js";

export const BODY_BYTES_MAX = 64 * 1024;

/**
 * One request's way through undici, and the only place that decides whether a byte may have left.
 *
 * undici calls `onRequestStart` when it has a ready socket for this request, in the same turn and immediately before
 * it writes; when the handler aborts there, it destroys the socket and writes nothing. So `written` is exact: false
 * means that nothing left us, whatever went wrong, and stays so, because every later start is refused.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private written = false;
  private settled = false;
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: Record<string, string> = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly maySend: () => boolean, private readonly finish: (outcome: HttpOutcome) => void) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled || this.written) {
      // Given up already, or undici wants to send a second time what it once wrote.
      controller.abort(new Error("no second send"));
      return;
    }
    if (!this.maySend()) {
      this.settle({ kind: "not_sent", cause: "send_window_over" });
      controller.abort(new Error("may not send"));
      return;
    }
    this.controller = controller;
    this.written = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.status = status;
    this.headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(", ") : (value ?? "")]),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = BODY_BYTES_MAX - this.size;
    this.chunks.push(chunk.subarray(0, room));
    this.size += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    this.respond(true);
    controller.abort(new Error("answer too large"));
  }

  onResponseEnd(): void {
    this.respond(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.written) {
      this.settle({ kind: "unknown", cause: isUnreadable(error) ? "unreadable_reply" : "connection_lost" });
    } else {
      this.settle({ kind: "not_sent", cause: error instanceof ConnectFailure ? error.notSent : "connection_refused" });
    }
  }

  timeOut(): void {
    this.settle(this.written ? { kind: "unknown", cause: "timeout" } : { kind: "not_sent", cause: "connect_timeout" });
    this.controller?.abort(new Error("deadline over"));
  }

  private respond(truncated: boolean): void {
    this.settle({ kind: "response", status: this.status, headers: this.headers, body: Buffer.concat(this.chunks), truncated });
  }

  private settle(outcome: HttpOutcome): void {
    if (this.settled) return;
    this.settled = true;
    this.finish(outcome);
  }
}

const isUnreadable = (error: Error): boolean =>
  error instanceof errors.HTTPParserError ||
  error instanceof errors.HeadersOverflowError ||
  error instanceof errors.ResponseContentLengthMismatchError;
