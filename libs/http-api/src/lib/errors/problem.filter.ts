import { type ArgumentsHost, Catch, type ExceptionFilter } from "@nestjs/common";
import type { Logger } from "@malipo/ports";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "./problem.js";
import { toProblem } from "./to-problem.js";

/** Renders a problem in another envelope; a facade has its own, and `/oauth` that of RFC 6749. */
export type ProblemRenderer = (problem: Problem, request: FastifyRequest) => Readonly<{ status: number; body: unknown }> | undefined;

/** Methods served at a path, for 405 in place of 404. */
export type AllowedMethods = (path: string) => readonly string[];

/** Whatever is thrown becomes one answer here, and a defect is logged here, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowedMethods: AllowedMethods,
    private readonly render?: ProblemRenderer,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    let problem = toProblem(error);
    if (problem === undefined) {
      this.logger.error({ error, requestId: request.id, route: request.routeOptions?.url }, "unhandled error while answering a request");
      problem = new Problem("internal_error", "The service failed. The request may be repeated with the same reference.");
    } else if (problem.code === "temporarily_unavailable" && problem.cause !== undefined) {
      this.logger.warn({ error: problem.cause, requestId: request.id, route: request.routeOptions?.url }, "answered 503");
    }
    if (problem.code === "not_found" && request.is404) problem = this.unroutable(problem, request, reply);
    if (reply.sent) return;
    const rendered = this.render?.(problem, request) ?? { status: problem.status, body: problem.body() };
    if (problem.code === "unauthenticated") void reply.header("www-authenticate", "Bearer");
    for (const [name, value] of Object.entries(problem.options.headers ?? {})) void reply.header(name, value);
    void reply.code(rendered.status).header("content-type", "application/json; charset=utf-8").send(JSON.stringify(rendered.body));
  }

  private unroutable(problem: Problem, request: FastifyRequest, reply: FastifyReply): Problem {
    const methods = this.allowedMethods(request.url.split("?", 1)[0]!);
    if (methods.length === 0) return problem;
    void reply.header("allow", methods.join(", "));
    return new Problem("method_not_allowed", "This resource does not take this method.");
  }
}
