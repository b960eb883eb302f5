import type { HttpClient, HttpOutcome, HttpRequest } from "@malipo/ports";

export type Reply = Readonly<{ status: number; body: unknown }> | Exclude<HttpOutcome, { kind: "response" }>;

const toOutcome = (reply: Reply): HttpOutcome =>
  "kind" in reply
    ? reply
    : {
        kind: "response",
        status: reply.status,
        headers: {},
        body: new TextEncoder().encode(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body)),
        truncated: false,
      };

/** Plays recorded replies by path, and asks `maySend` as the real client does: right before the request counts as sent. */
export class ScriptedHttp implements HttpClient {
  readonly sent: HttpRequest[] = [];

  constructor(private readonly replyTo: (request: HttpRequest, nth: number) => Reply) {}

  send(request: HttpRequest): Promise<HttpOutcome> {
    const reply = this.replyTo(request, this.sent.filter(({ url }) => url === request.url).length);
    if ("kind" in reply && reply.kind === "not_sent") return Promise.resolve(reply);
    if (request.maySend?.() === false) return Promise.resolve({ kind: "not_sent", cause: "send_window_over" });
    this.sent.push(request);
    return Promise.resolve(toOutcome(reply));
  }
}
