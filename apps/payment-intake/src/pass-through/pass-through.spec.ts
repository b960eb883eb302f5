import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createHttpApp, type HttpApp, renderOauthProblem } from "@malipo/http-api";
import { silentLogger, systemClock, systemRandom } from "@malipo/runtime";
import { Module } from "@nestjs/common";
import { noText } from "../testing/test-app.js";
import { PassThrough, passedThrough } from "./pass-through.js";

@Module({})
class NothingElse {}

describe("the way through to auth-token", () => {
  let target: Server;
  let app: HttpApp;
  let passThrough: PassThrough;
  const seen: { method: string | undefined; url: string | undefined; headers: IncomingMessage["headers"]; body: string }[] = [];
  beforeAll(async () => {
    target = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk))).on("end", () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.writeHead(401, { "content-type": "application/json", "www-authenticate": "Basic", connection: "x-hop", "x-hop": "1" });
        response.end(request.url === "/oauth/huge" ? "x".repeat(70_000) : '{"error":"invalid_client"}');
      });
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    passThrough = new PassThrough(`http://127.0.0.1:${(target.address() as AddressInfo).port}`, silentLogger);
    app = await createHttpApp({
      module: NothingElse, logger: silentLogger, metrics: noText, clock: systemClock, random: systemRandom, rawRoutes: passedThrough, renderProblem: renderOauthProblem,
      health: { report: () => ({ ready: true, checks: {} }), stop: () => undefined },
      configure: (fastify) => passThrough.install(fastify),
    });
  });
  afterAll(async () => {
    await app.nest.close();
    await passThrough.close();
    target.close();
  });
  const post = (url: string, payload: string, headers: Record<string, string> = {}) => app.fastify.inject({ method: "POST", url, payload, headers });

  it("hands over the exact bytes and every end-to-end header, and the answer as it is", async () => {
    const answer = await post("/oauth/token?a=1", "grant_type=client_credentials&x=%20", {
      "content-type": "application/x-www-form-urlencoded", authorization: "Basic YTpi", connection: "x-mine", "x-mine": "1", te: "trailers",
    });
    expect([answer.statusCode, answer.body, answer.headers["www-authenticate"], answer.headers["x-hop"]]).toEqual([401, '{"error":"invalid_client"}', "Basic", undefined]);
    const [request] = seen.splice(0);
    expect(request).toMatchObject({ method: "POST", url: "/oauth/token?a=1", body: "grant_type=client_credentials&x=%20" });
    expect(request!.headers).toMatchObject({ "content-type": "application/x-www-form-urlencoded", authorization: "Basic YTpi", "x-forwarded-for": "127.0.0.1" });
    expect([request!.headers["x-mine"], request!.headers["te"]]).toEqual([undefined, undefined]);
  });

  it("takes no more than 64 KiB either way", async () => {
    const large = await post("/oauth/token", "x".repeat(70_000));
    expect([large.statusCode, large.json().error]).toEqual([413, "invalid_request"]);
    expect(seen).toEqual([]);
    expect((await post("/oauth/huge", "x")).json().error).toBe("temporarily_unavailable");
  });

  it("answers 503 in the envelope of the path when auth-token does not answer", async () => {
    const nobody = new PassThrough("http://127.0.0.1:1", silentLogger);
    const alone = await createHttpApp({
      module: NothingElse, logger: silentLogger, metrics: noText, clock: systemClock, random: systemRandom, rawRoutes: passedThrough, renderProblem: renderOauthProblem,
      health: { report: () => ({ ready: true, checks: {} }), stop: () => undefined },
      configure: (fastify) => nobody.install(fastify),
    });
    const answer = await alone.fastify.inject("/.well-known/jwks.json");
    expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toEqual([503, "temporarily_unavailable", "1"]);
    const token = await alone.fastify.inject({ method: "POST", url: "/oauth/token", payload: "{}" });
    expect([token.statusCode, token.json(), token.headers["retry-after"]]).toEqual([503, { error: "temporarily_unavailable", error_description: expect.any(String) }, "1"]);
    await alone.nest.close();
    await nobody.close();
  });
});
