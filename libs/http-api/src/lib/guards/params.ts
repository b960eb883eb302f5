import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Account } from "@malipo/kernel";
import type { FastifyRequest } from "fastify";
import { Problem, invalid } from "../errors/problem.js";
import { canonicalJson } from "../strict-json/json-value.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the guard that authenticated the request. */
    account?: Account;
  }
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

export const CurrentAccount = createParamDecorator((_data: unknown, context: ExecutionContext): Account => {
  const { account } = requestOf(context);
  if (account === undefined) throw new Problem("unauthenticated", "A valid access token is needed.");
  return account;
});

export const readIdempotencyKey = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined;
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw invalid({ "Idempotency-Key": ["must be 1 to 255 visible ASCII characters"] });
  }
  return header;
};

export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined =>
  readIdempotencyKey(requestOf(context).headers["idempotency-key"]),
);

/** The canonical text of the strictly read body: what a fingerprint is taken of. */
export const CanonicalBody = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const { jsonBody } = requestOf(context);
  return jsonBody === undefined ? "" : canonicalJson(jsonBody);
});

/** Ids under which everything that follows from this request can be found. */
export type Trace = Readonly<{ correlation: string; traceparent: string }>;

export const CurrentTrace = createParamDecorator((_data: unknown, context: ExecutionContext): Trace => {
  const { id, traceparent } = requestOf(context);
  return { correlation: id, traceparent };
});
