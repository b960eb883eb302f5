import type { IncomingMessage } from "node:http";
import type { Logger, Metrics, Random } from "@malipo/ports";
import { beginSpan, isTracing, type RunningSpan } from "@malipo/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** W3C trace context of this request: the caller's trace continued, or a new one. */
    traceparent: string;
  }
}

const requestIdForm = /^[A-Za-z0-9._-]{8,64}$/;
const traceparentForm = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's id where it is fit for a log, else one of ours. It is the correlation of all that follows. */
export const requestIdOf =
  (random: Random) =>
  (request: IncomingMessage): string => {
    const given = request.headers["x-request-id"];
    return typeof given === "string" && requestIdForm.test(given) ? given : random.uuid();
  };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const traceparentOf = (request: FastifyRequest, random: Random): string => {
  const given = request.headers["traceparent"];
  if (typeof given === "string" && traceparentForm.test(given)) return given;
  const drawn = hex(random.bytes(24));
  return `00-${drawn.slice(0, 32)}-${drawn.slice(32)}-00`; // nobody records this one
};

const quiet = new Set(["/health/live", "/health/ready", "/metrics"]);

const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? "unmatched";

/** One span a request, by hand: the instrumentation of the SDK would cost each request several, with or without a collector. */
const installServerSpans = (fastify: FastifyInstance): void => {
  const open = new WeakMap<FastifyRequest, RunningSpan>();
  fastify.addHook("onRequest", (request, _reply, done) => {
    const route = routeOf(request);
    if (quiet.has(route)) return done();
    // What the caller told is continued; what was drawn here is nobody's span.
    const parent = request.headers["traceparent"] === request.traceparent ? request.traceparent : undefined;
    const attributes = { "http.request.method": request.method, "http.route": route, "malipo.correlation": request.id };
    const span = beginSpan(`${request.method} ${route}`, { kind: "server", parent, attributes });
    if (span !== undefined) {
      open.set(request, span);
      request.traceparent = span.traceparent;
    }
    done();
  });
  fastify.addHook("onResponse", (request, { statusCode }, done) => {
    const span = open.get(request);
    span?.set({ "http.response.status_code": statusCode });
    span?.end(statusCode >= 500 ? String(statusCode) : undefined);
    done();
  });
  fastify.addHook("onRequestAbort", (request, done) => {
    open.get(request)?.end("aborted");
    done();
  });
};

/** Ids in, ids out, one line and one measurement a request; neither query strings nor bodies are written anywhere. */
export const installRequestContext = (fastify: FastifyInstance, random: Random, logger: Logger, metrics: Metrics): void => {
  fastify.decorateRequest("traceparent", "");
  fastify.addHook("onRequest", (request, reply, done) => {
    request.traceparent = traceparentOf(request, random);
    void reply.header("x-request-id", request.id);
    void reply.header("x-content-type-options", "nosniff");
    done();
  });
  if (isTracing()) installServerSpans(fastify);
  fastify.addHook("onResponse", (request, reply, done) => {
    const route = routeOf(request);
    const seconds = reply.elapsedTime / 1000;
    metrics.count("http_requests_total", { method: request.method, route, status: reply.statusCode });
    metrics.observe("http_request_seconds", seconds, { route });
    if (!quiet.has(route)) {
      logger.info({ requestId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "answered");
    }
    done();
  });
};
