import { InFlightLimit, Problem, temporarilyUnavailable } from "@malipo/http-api";
import type { Logger } from "@malipo/ports";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Pool } from "undici";

/** Paths that auth-token answers; merchants see one base URL. On Kubernetes the Ingress does the same. */
export const passedThrough = ["/oauth", "/.well-known"];

const hopByHop = new Set([
  "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect", "forwarded",
]);
const bodyBytesMax = 65_536;
const deadlineMs = 10_000;
/** More than this may not wait for auth-token at once; the next is told to come again. */
const underWayMax = 512;

/** Hands requests to auth-token and its answers back, as they are, within bounds of size, time, and number. */
export class PassThrough {
  private readonly pool: Pool;
  private readonly underWay = new InFlightLimit(underWayMax, underWayMax);

  constructor(
    target: string,
    private readonly logger: Logger,
  ) {
    this.pool = new Pool(new URL(target).origin, { connections: 32, pipelining: 1, headersTimeout: deadlineMs, bodyTimeout: deadlineMs, connectTimeout: 2_000 });
  }

  install(fastify: FastifyInstance): void {
    for (const prefix of passedThrough) fastify.all(`${prefix}/*`, (request, reply) => this.underWay.run("all", () => this.pass(request, reply)));
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = request.body;
    let answer;
    try {
      answer = await this.pool.request({
        path: request.url,
        method: request.method,
        headers: { ...endToEnd(request.headers), "x-forwarded-for": request.ip, "x-request-id": request.id, traceparent: request.traceparent },
        body: Buffer.isBuffer(body) && body.length > 0 ? body : null,
        signal: AbortSignal.timeout(deadlineMs),
      });
      const bytes = await readBounded(answer.body);
      for (const [name, value] of Object.entries(endToEnd(answer.headers))) if (value !== undefined) void reply.header(name, value);
      return await reply.code(answer.statusCode).send(bytes);
    } catch (error) {
      if (error instanceof Problem) throw error;
      this.logger.warn({ error }, "auth-token does not answer");
      throw temporarilyUnavailable();
    }
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const endToEnd = (headers: Headers): Record<string, string | string[] | undefined> => {
  const named = String(headers["connection"] ?? "").toLowerCase().split(",").map((name) => name.trim());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.includes(name)));
};

const readBounded = async (body: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error("the answer is larger than 64 KiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
