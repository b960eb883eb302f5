export type HttpRequest = Readonly<{
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** Total time for resolving, connecting, sending, and reading the answer. */
  deadlineMs: number;
  /**
   * Asked after the socket is ready, as the last act before the first byte is written. False gives up with `not_sent`.
   * This is where `sendBefore` is checked.
   */
  maySend?: () => boolean;
  /** Whether loopback and other addresses allowed for development may be called (never for live accounts). */
  allowDevelopmentAddresses?: boolean;
}>;

/** What a request came to. Only `not_sent` proves that not one byte of it left this process. */
export type HttpOutcome =
  | Readonly<{ kind: "response"; status: number; headers: Readonly<Record<string, string>>; body: Uint8Array; truncated: boolean }>
  | Readonly<{
      kind: "not_sent";
      cause: "connection_refused" | "address_refused" | "name_not_resolved" | "connect_timeout" | "send_window_over" | "circuit_open";
    }>
  | Readonly<{ kind: "unknown"; cause: "timeout" | "connection_lost" | "unreadable_reply" }>;

/** The only way out of a service. Never throws: a failure is an outcome. Follows no redirects, reads at most 64 kB. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpOutcome>;
}
