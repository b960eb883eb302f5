import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Target } from "./connection.js";
import { LinkFaultError, linkFaultFrom, type LinkFault } from "./link-fault.js";
import { Link } from "./link.js";

/** What is known of a link from outside. */
export interface LinkReport {
  readonly port: number;
  readonly target: Target;
  readonly fault: LinkFault;
  readonly open: number;
}

const bodyMax = 64 << 10;

class NoSuchLink extends Error {}

/**
 * The links that faults can be put on, and the door to them: HTTP on this machine, with a token.
 *
 * - `GET /links` answers them all; `POST /links {name, target}` opens one more, to `{host, port}`.
 * - `PUT /links/NAME {…}` replaces what is wrong with it; `DELETE /links/NAME` heals it; `DELETE /links` heals all.
 * - `POST /links/NAME/reset` resets what is open now.
 */
export class FaultProxy {
  readonly token = randomBytes(24).toString("base64url");
  private readonly links = new Map<string, Link>();

  private constructor(private readonly server: Server) {
    server.on("request", (message, response) => {
      this.answer(message).then(
        (content) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(content)),
        (error: unknown) => response.writeHead(statusOf(error)).end(String(error)),
      );
    });
  }

  static async start(): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new FaultProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers the port that now leads to the target. */
  async open(name: string, target: Target, port = 0): Promise<number> {
    if (!/^[a-z0-9.-]{1,80}$/.test(name) || this.links.has(name)) throw new LinkFaultError(`${name} cannot be the name of a new link`);
    const link = await Link.open(name, target, port);
    this.links.set(name, link);
    return link.port;
  }

  report(): Readonly<Record<string, LinkReport>> {
    return Object.fromEntries([...this.links].map(([name, { port, target, fault, open }]) => [name, { port, target, fault, open }]));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.links.values()].map((link) => link.close()));
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(message: IncomingMessage): Promise<unknown> {
    if (!matches(message.headers.authorization, `Bearer ${this.token}`)) throw new Forbidden("the token is missing or wrong");
    const [, root, name, verb] = (message.url ?? "").split("/");
    const what = `${message.method} ${root}${name === undefined ? "" : "/"}${verb === undefined ? "" : `/${verb}`}`;
    switch (what) {
      case "GET links":
        return this.report();
      case "POST links": {
        const { name: wanted, target } = (await bodyOf(message)) as { name: string; target: Target };
        return { port: await this.open(wanted, { host: target.host, port: target.port }) };
      }
      case "DELETE links":
        await Promise.all([...this.links.values()].map((link) => link.set({})));
        return {};
      case "PUT links/":
        await this.find(name).set(linkFaultFrom(await bodyOf(message)));
        return {};
      case "DELETE links/":
        await this.find(name).set({});
        return {};
      case "POST links//reset":
        return { reset: this.find(name).resetAll() };
      default:
        throw new NoSuchLink(`no such request: ${message.method} ${message.url}`);
    }
  }

  private find(name: string | undefined): Link {
    const link = this.links.get(name ?? "");
    if (link === undefined) throw new NoSuchLink(`no such link: ${name}`);
    return link;
  }
}

class Forbidden extends Error {}

const statusOf = (error: unknown): number => {
  if (error instanceof Forbidden) return 403;
  if (error instanceof NoSuchLink) return 404;
  return error instanceof LinkFaultError || error instanceof SyntaxError ? 400 : 500;
};

const matches = (given: string | undefined, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const bodyOf = async (message: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyMax) throw new LinkFaultError("the request is too large");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
};
