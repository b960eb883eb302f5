import { HttpException } from "@nestjs/common";
import { ForbiddenJsonError, UnreadableJsonError } from "../strict-json/read-json.js";
import { isTransientFault } from "./faults.js";
import { Problem, type ProblemCode, invalid, notFound, temporarilyUnavailable } from "./problem.js";

/** Fastify's own refusals by status; what is not listed is our defect. */
const byStatus: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ["malformed_request", "The request cannot be read."],
  401: ["unauthenticated", "A valid access token is needed."],
  403: ["forbidden", "The access token does not allow this."],
  405: ["method_not_allowed", "This resource does not take this method."],
  408: ["request_timeout", "The request came in too slowly."],
  413: ["payload_too_large", "The body is larger than 64 KiB."],
  414: ["uri_too_long", "The address is too long."],
  415: ["unsupported_media_type", "The body must be application/json in UTF-8 without a content encoding."],
  429: ["rate_limited", "Too many requests."],
  431: ["headers_too_large", "The headers are too large."],
};

/** The one translation of whatever was thrown into an answer; undefined for a defect, which the caller logs. */
export const toProblem = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error;
  if (error instanceof UnreadableJsonError) return new Problem("malformed_request", `The body cannot be read: ${error.reason}.`);
  if (error instanceof ForbiddenJsonError) return invalid({ [error.field]: [error.reason] });
  const status = statusOf(error);
  if (status === 404) return notFound();
  const known = status === undefined ? undefined : byStatus[status];
  if (known !== undefined) return new Problem(...known);
  if (status === 503 || isTransientFault(error)) return temporarilyUnavailable(error);
  return undefined;
};

/** Nest's exceptions carry a status; Fastify's a `statusCode`, trusted only with one of its codes. */
const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return typeof code === "string" && code.startsWith("FST_") && typeof statusCode === "number" ? statusCode : undefined;
};
