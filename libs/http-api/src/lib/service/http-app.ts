import "reflect-metadata";
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ProblemFilter } from "../errors/problem.filter.js";
import { codeStatus, type ProblemCode, temporarilyUnavailable } from "../errors/problem.js";
import { StrictValidationPipe } from "../errors/validation.js";
import { installBodyParser } from "./body-parser.js";
import type { HttpAppOptions } from "./http-options.js";
import { nestLogger } from "./nest-logger.js";
import { installRequestContext, requestIdOf } from "./request-context.js";
import { type Route, RouteTable } from "./route-table.js";

export interface HttpApp {
  readonly nest: NestFastifyApplication;
  readonly fastify: FastifyInstance;
  readonly routes: readonly Route[];
  /** From now on new requests are answered with 503 and their connections closed. */
  refuseNewRequests(): void;
}

/** Nest on Fastify with everything that all services share, ready to listen or to be injected into by a spec. */
export const createHttpApp = async (options: HttpAppOptions): Promise<HttpApp> => {
  const { logger, metrics, health, random } = options;
  const table = new RouteTable();
  const filter = new ProblemFilter(logger, (path) => table.allowedMethods(path), options.renderProblem);
  const adapter = new FastifyAdapter({
    skipMiddie: true,
    multipart: false,
    logger: false,
    bodyLimit: options.bodyBytesMax ?? 65_536,
    /** A request must be complete within this; slow senders hold no socket. */
    requestTimeout: 10_000,
    /** Above the longest answer (12 s), or a slow decision would look like a dead connection. */
    connectionTimeout: 20_000,
    keepAliveTimeout: 15_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 255 },
    genReqId: requestIdOf(random),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => filter.answer(error, request, reply),
    clientErrorHandler: answerUnreadableHttp,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the adapter's type knows no frameworkErrors
  } as any);
  const nest = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    bodyParser: false,
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  boundConnections(fastify.server, options.connectionsMax ?? 10_000);

  let refusing = false;
  table.install(fastify);
  installRequestContext(fastify, random, logger, metrics);
  fastify.addHook("onRequest", (_request, reply, done) => {
    if (!refusing) return done();
    void reply.header("connection", "close");
    done(temporarilyUnavailable());
  });
  fastify.addHook("onSend", (_request, reply, _payload, done) => {
    if (refusing) void reply.header("connection", "close");
    done();
  });
  installBodyParser(fastify, options);

  fastify.get("/health/live", async () => ({ status: "ok" }));
  fastify.get("/health/ready", async (_request, reply) => {
    const report = health.report();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  fastify.get("/metrics", async (_request, reply) => reply.type("text/plain; version=0.0.4; charset=utf-8").send(await metrics.text()));
  await options.configure?.(fastify, nest);

  nest.useGlobalFilters(filter);
  nest.useGlobalPipes(new StrictValidationPipe());
  await nest.init();
  await fastify.ready();
  return { nest, fastify, routes: table.routes, refuseNewRequests: () => (refusing = true) };
};

/** Whichever listener took them: `maxConnections` would count those of one. */
const boundConnections = (server: EventEmitter, max: number): void => {
  let open = 0;
  server.prependListener("connection", (socket: Socket) => {
    open += 1;
    socket.once("close", () => (open -= 1));
    if (open > max) socket.destroy();
  });
};

const unreadable: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ["headers_too_large", "The headers are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "The request came in too slowly."],
};

/** What is no HTTP at all never becomes a request; it gets the same envelope, written by hand. */
const answerUnreadableHttp = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [code, message] = unreadable[error.code ?? ""] ?? (["malformed_request", "This is not readable HTTP."] as const);
  const body = JSON.stringify({ message, code });
  socket.end(
    `HTTP/1.1 ${codeStatus[code]} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
};
