import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Body, Controller, Get, Module, Post, UseGuards } from "@nestjs/common";
import { instant } from "@malipo/kernel";
import { LogUnavailableError, type Logger } from "@malipo/ports";
import { systemScheduler } from "@malipo/runtime";
import { IsString, MaxLength } from "class-validator";
import { AdminGuard } from "../guards/admin.guard.js";
import { CanonicalBody, IdempotencyKey } from "../guards/params.js";
import { createHttpApp, type HttpApp } from "./http-app.js";
import { startHttpService } from "./start-http-service.js";

class Note {
  @IsString()
  @MaxLength(10)
  text!: string;
}

@Controller("notes")
class NotesController {
  @Post()
  create(@Body() note: Note, @CanonicalBody() canonical: string, @IdempotencyKey() key: string | undefined) {
    return { text: note.text, canonical, key: key ?? null };
  }

  @Get("log-down")
  logDown(): never {
    throw new Error("wrapped", { cause: new LogUnavailableError("no broker") });
  }

  @Get("defect")
  defect(): never {
    throw new TypeError("243812345789 is not a function");
  }

  @Get("secret")
  @UseGuards(new AdminGuard("admin-token"))
  secret() {
    return { ok: true };
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

const errors: string[] = [];
const logger: Logger = { debug() {}, info() {}, warn() {}, error: (_fields, message) => void errors.push(message) };
const metrics = { count() {}, gauge() {}, observe() {}, text: async () => "up 1\n" };
const health = () => {
  let stopping = false;
  return { report: () => ({ ready: !stopping, checks: {} }), stop: () => void (stopping = true) };
};
const ports = {
  module: NotesModule,
  logger,
  metrics,
  clock: { now: () => instant(0), monotonicMs: () => performance.now() },
  random: { bytes: (n: number) => new Uint8Array(n).fill(7), below: () => 0, uuid: () => "00000000-0000-7000-8000-000000000001" },
};

describe("a service's HTTP", () => {
  let app: HttpApp;
  beforeAll(async () => {
    app = await createHttpApp({ ...ports, health: health(), rawRoutes: ["/raw"] });
  });
  afterAll(() => app.nest.close());

  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    app.fastify.inject({ method: "POST", url: "/notes", payload, headers: { "content-type": "application/json", ...headers } });

  it("answers what is right, and hands over the canonical text and the key", async () => {
    const answer = await post('{ "text": "a" }', { "idempotency-key": "k-1" });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ text: "a", canonical: '{"text":"a"}', key: "k-1" });
    expect(answer.headers["x-request-id"]).toBeDefined();
  });

  it.each<[string, number, string, string | Buffer, Record<string, string>]>([
    ["no JSON", 400, "malformed_request", "{", {}],
    ["an empty body", 400, "malformed_request", "", {}],
    ["a name twice", 400, "malformed_request", '{"text":"a","text":"b"}', {}],
    ["an array", 422, "validation_error", "[]", {}],
    ["a text for a body", 422, "validation_error", '"a"', {}],
    ["null", 422, "validation_error", "null", {}],
    ["an unknown field", 422, "validation_error", '{"text":"a","more":1}', {}],
    ["a prototype key", 422, "validation_error", '{"text":"a","__proto__":{"text":"b"}}', {}],
    ["a missing field", 422, "validation_error", "{}", {}],
    ["too much", 413, "payload_too_large", `{"text":"${"a".repeat(66_000)}"}`, {}],
    ["a form", 415, "unsupported_media_type", "text=a", { "content-type": "application/x-www-form-urlencoded" }],
    ["another charset", 415, "unsupported_media_type", '{"text":"a"}', { "content-type": "application/json; charset=utf-16" }],
    ["an unreadable type", 415, "unsupported_media_type", '{"text":"a"}', { "content-type": "json" }],
    ["gzip", 415, "unsupported_media_type", '{"text":"a"}', { "content-encoding": "gzip" }],
    ["a key with a space", 422, "validation_error", '{"text":"a"}', { "idempotency-key": "a b" }],
  ])("refuses %s with %d", async (_what, status, code, payload, headers) => {
    const answer = await post(payload, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(typeof answer.json().message).toBe("string");
    expect(errors).toEqual([]);
  });

  it("refuses depth within the size", async () => {
    expect((await post("[".repeat(20_000))).statusCode).toBe(400);
  });

  it("has the envelope for unknown paths, wrong methods, and unreadable paths", async () => {
    const ask = (method: "GET" | "DELETE", url: string) => app.fastify.inject({ method, url });
    expect((await ask("GET", "/nowhere?secret=1")).json()).toEqual({ message: "There is no such resource.", code: "not_found" });
    const wrong = await ask("DELETE", "/notes");
    expect([wrong.statusCode, wrong.json().code, wrong.headers["allow"]]).toEqual([405, "method_not_allowed", "POST"]);
    expect((await ask("GET", "/notes/%zz")).json().code).toBe("malformed_request");
  });

  it("tells a passing fault with 503 and when to come again, and a defect with 500, logged once", async () => {
    const passing = await app.fastify.inject("/notes/log-down");
    expect([passing.statusCode, passing.json().code, passing.headers["retry-after"]]).toEqual([503, "temporarily_unavailable", "1"]);
    expect(errors).toEqual([]);
    const defect = await app.fastify.inject("/notes/defect");
    expect([defect.statusCode, defect.json().code]).toEqual([500, "internal_error"]);
    expect(defect.body).not.toContain("243812345789");
    expect(errors.splice(0)).toHaveLength(1);
  });

  it("keeps the operations API to those who hold the token", async () => {
    const ask = (authorization?: string) => app.fastify.inject({ url: "/notes/secret", headers: authorization === undefined ? {} : { authorization } });
    expect((await ask()).statusCode).toBe(401);
    expect((await ask("Bearer wrong")).json().code).toBe("unauthenticated");
    expect((await ask("bearer admin-token")).statusCode).toBe(200);
  });

  it("serves health and metrics", async () => {
    expect((await app.fastify.inject("/health/live")).statusCode).toBe(200);
    expect((await app.fastify.inject("/health/ready")).json()).toEqual({ ready: true, checks: {} });
    expect((await app.fastify.inject("/metrics")).body).toBe("up 1\n");
  });
});

/** Sends bytes as they are, and reads until the other side ends. */
const talk = (url: string, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(request));
    let answer = "";
    socket.setEncoding("utf8").on("data", (chunk) => (answer += chunk)).on("close", () => resolve(answer)).on("error", reject);
  });

describe("a service that stops", () => {
  it("is no longer ready, closes its parts in order, and lets the port go", async () => {
    const closed: string[] = [];
    const service = await startHttpService({
      ...ports,
      health: health(),
      env: { service: "notes", host: "127.0.0.1", port: 0 },
      closers: ["first", "second"].map((name) => ({ name, close: () => void closed.push(name) })),
      scheduler: systemScheduler,
      handleSignals: false,
    });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect(await talk(service.url, "GARBAGE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*\{"message":"This is not readable HTTP\.","code":"malformed_request"\}$/);
    expect(await talk(service.url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 [^]*"headers_too_large"/);
    await Promise.all([service.stop(), service.stop()]);
    expect(closed).toEqual(["first", "second"]);
    await expect(fetch(`${service.url}/health/ready`)).rejects.toThrow();
  });
});
