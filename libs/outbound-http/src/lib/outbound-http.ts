import type { HttpClient, HttpOutcome, HttpRequest, Scheduler } from "@malipo/ports";
import { Pool } from "undici";
import { AddressGuard, type DevelopmentAccess } from "./address-guard.js";
import { Exchange } from "./exchange.js";
import { type Resolve, guardedConnector } from "./guarded-connector.js";

export type OutboundHttpOptions = DevelopmentAccess &
  Readonly<{
    scheduler: Scheduler;
    connectTimeoutMs?: number;
    connectionsPerOriginMax?: number;
    /** Origins whose connections are kept; the one unused for longest is closed first. */
    originsMax?: number;
    resolve?: Resolve;
    ca?: string | Buffer;
  }>;

/** The only way out of a service: guarded addresses, no redirects, a total deadline, at most 64 kB read. */
export class OutboundHttp implements HttpClient {
  private readonly guard: AddressGuard;
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly options: OutboundHttpOptions) {
    this.guard = new AddressGuard(options);
  }

  send(request: HttpRequest): Promise<HttpOutcome> {
    const development = request.allowDevelopmentAddresses ?? false;
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (url === undefined || url.username !== "" || url.password !== "" || !schemeAllowed(url, development)) {
      return Promise.resolve({ kind: "not_sent", cause: "address_refused" });
    }
    return new Promise((resolve) => {
      const exchange = new Exchange(request.maySend ?? (() => true), (outcome) => {
        timer.cancel();
        resolve(outcome);
      });
      const timer = this.options.scheduler.after(Math.max(0, request.deadlineMs), () => exchange.timeOut());
      try {
        this.pool(url.origin, development).dispatch(
          {
            path: url.pathname + url.search,
            method: request.method,
            headers: { ...request.headers },
            ...(request.body !== undefined && { body: request.body }),
          },
          exchange,
        );
      } catch (error) {
        // undici refuses a malformed request (a header with a line break) by throwing before it takes it.
        exchange.onResponseError(null, error as Error);
      }
    });
  }

  /** Waits for what is under way, which its deadlines bound, and closes every connection. */
  async close(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  /**
   * Apart by development access: a socket opened to an address of development must never carry a live account's call.
   * Apart too from any name that resolves elsewhere later, as an address is looked at when its socket is opened, and an
   * idle socket lives for seconds only.
   */
  private pool(origin: string, development: boolean): Pool {
    const key = `${development ? "dev" : "live"} ${origin}`;
    const known = this.pools.get(key);
    if (known !== undefined) {
      this.pools.delete(key);
      this.pools.set(key, known);
      return known;
    }
    const { connectTimeoutMs = 5_000, connectionsPerOriginMax = 32, originsMax = 256 } = this.options;
    const pool = new Pool(origin, {
      connections: connectionsPerOriginMax,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 30_000,
      connect: guardedConnector({ ...this.options, guard: this.guard, development, connectTimeoutMs }),
    });
    this.pools.set(key, pool);
    for (const [oldest, idle] of this.pools) {
      if (this.pools.size <= originsMax) break;
      this.pools.delete(oldest);
      void idle.close();
    }
    return pool;
  }
}

/** Plain http is for test accounts; a live account's traffic never travels in the clear. */
const schemeAllowed = (url: URL, development: boolean): boolean =>
  url.protocol === "https:" || (url.protocol === "http:" && development);
