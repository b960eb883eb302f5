import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../errors/problem.js";
import type { JsonValue } from "../strict-json/json-value.js";
import { readJson } from "../strict-json/read-json.js";
import { type HttpAppOptions, isUnder } from "./http-options.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The exact bytes that came, for signatures. */
    rawBody?: Buffer;
    /** What the strict reader made of them, before any DTO: for fingerprints. */
    jsonBody?: JsonValue;
  }
}

const unsupported = (what: string): Problem => new Problem("unsupported_media_type", what);

/** Far more than a media type needs; the patterns below would take a square of it on a header full of spaces. */
const mediaTypeLengthMax = 128;

/** `application/json`, alone or in UTF-8 by name. */
const jsonForm = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;
const formForm = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;

/** Puts our strict reader in the place of every parser that Fastify and Nest bring. */
export const installBodyParser = (fastify: FastifyInstance, options: HttpAppOptions): void => {
  const { rawRoutes, formRoutes, depthMax = 32 } = options;

  fastify.addHook("onRequest", (request, _reply, done) => done(request.is404 ? undefined : refuseMediaType(request, rawRoutes, formRoutes)));

  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => {
    const bytes = body as Buffer;
    request.rawBody = bytes;
    if (isUnder(rawRoutes, request.url)) return done(null, bytes);
    try {
      const form = isUnder(formRoutes, request.url) && formForm.test(request.headers["content-type"] ?? "");
      const value = form ? readForm(bytes) : readJson(bytes, depthMax);
      request.jsonBody = value;
      done(null, value);
    } catch (error) {
      done(error as Error);
    }
  });
};

/** Before a byte of the body is read. */
const refuseMediaType = (
  request: FastifyRequest,
  rawRoutes: readonly string[] | undefined,
  formRoutes: readonly string[] | undefined,
): Problem | undefined => {
  const { headers, method, url } = request;
  const length = headers["content-length"];
  const hasBody = headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
  if (!hasBody || method === "GET" || method === "HEAD" || isUnder(rawRoutes, url)) return undefined;
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity") return unsupported("The body must not have a content encoding.");
  const type = headers["content-type"] ?? "";
  if (type.length > mediaTypeLengthMax) return unsupported("The body must be application/json in UTF-8.");
  if (jsonForm.test(type) || (isUnder(formRoutes, url) && formForm.test(type))) return undefined;
  return unsupported("The body must be application/json in UTF-8.");
};

const readForm = (bytes: Buffer): JsonValue => {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("malformed_request", "The form is not UTF-8.");
  }
  const fields: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(fields, name)) throw new Problem("malformed_request", "A field stands twice in the form.");
    if (name === "__proto__") throw new Problem("malformed_request", "A field of the form has a name that is not allowed.");
    fields[name] = value;
  }
  return fields;
};
