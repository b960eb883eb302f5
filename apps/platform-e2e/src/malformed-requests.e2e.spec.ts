import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { call, type Call } from "./harness/http.js";
import { World } from "./harness/world.js";

type Fields = Readonly<Record<string, unknown>>;
type Case = readonly [name: string, status: number, code: string, request: (valid: Fields) => Call];

const json = (change: (valid: Fields) => unknown) => (valid: Fields): Call => ({ body: JSON.stringify(change(valid)), method: "POST" });
const raw = (write: (valid: string) => string | Uint8Array) => (valid: Fields): Call => ({ body: write(JSON.stringify(valid)), method: "POST" });
const headed = (headers: Readonly<Record<string, string>>) => (valid: Fields): Call => ({ body: JSON.stringify(valid), method: "POST", headers });
const field = (name: string, value: unknown) => json((valid) => ({ ...valid, [name]: value }));
const without = (name: string) => json((valid) => Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name)));
const wrapped = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

const unreadable: readonly Case[] = [
  ["no body at all", 400, "malformed_request", () => ({ method: "POST", body: "" })],
  ["a body that ends too early", 400, "malformed_request", raw((valid) => valid.slice(0, -5))],
  ["text that is not JSON", 400, "malformed_request", raw(() => "amount=10.00")],
  ["something after the value", 400, "malformed_request", raw((valid) => `${valid}{}`)],
  ["a comma too many", 400, "malformed_request", raw((valid) => valid.replace(/}$/, ",}"))],
  ["single quotes", 400, "malformed_request", raw((valid) => valid.replaceAll('"', "'"))],
  ["a comment", 400, "malformed_request", raw((valid) => `/* pay */${valid}`)],
  ["NaN", 400, "malformed_request", raw((valid) => valid.replace('"10.00"', "NaN"))],
  ["the same name twice", 400, "malformed_request", raw((valid) => valid.replace(/}$/, ',"amount":"99.00"}'))],
  ["the same name twice, once escaped", 400, "malformed_request", raw((valid) => valid.replace(/}$/, ',"\\u0061mount":"99.00"}'))],
  ["33 levels", 400, "malformed_request", raw((valid) => valid.replace(/}$/, `,"extra":${wrapped(32)}}`))],
  ["20,000 levels of arrays", 400, "malformed_request", raw(() => "[".repeat(20_000))],
  ["half of a character", 400, "malformed_request", raw((valid) => valid.replace("e2e-", "\\ud800-"))],
  ["bytes that are not UTF-8", 400, "malformed_request", raw((valid) => latin1(valid.replace("e2e-", "caf\u00e9-")))],
  ["an overlong encoding", 400, "malformed_request", raw(() => Buffer.concat([Buffer.from('{"reference":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]))],
  ["a byte order mark", 400, "malformed_request", raw((valid) => `\ufeff${valid}`)],
  ["UTF-16", 400, "malformed_request", raw((valid) => Buffer.from(valid, "utf16le"))],
];

const notAllowed: readonly Case[] = [
  ["a list", 422, "validation_error", json((valid) => [valid])],
  ["null", 422, "validation_error", json(() => null)],
  ["an empty object", 422, "validation_error", json(() => ({}))],
  ["an amount that is a number", 422, "validation_error", raw((valid) => valid.replace('"10.00"', "10.00"))],
  ["an amount in exponent form", 422, "validation_error", field("amount", "1e3")],
  ["a number in exponent form", 422, "validation_error", raw((valid) => valid.replace('"10.00"', "1e999"))],
  ["a negative amount", 422, "validation_error", field("amount", "-10.00")],
  ["nothing to pay", 422, "validation_error", field("amount", "0.00")],
  ["more decimals than the currency has", 422, "validation_error", field("amount", "10.001")],
  ["an amount with a space", 422, "validation_error", field("amount", " 10.00")],
  ["an amount in other digits", 422, "validation_error", field("amount", "\u0661\u0660.00")],
  ["an amount beyond counting", 422, "validation_error", field("amount", "9".repeat(39))],
  ["a currency that is none", 422, "validation_error", field("currency", "ZZZ")],
  ["a currency in lower case", 422, "validation_error", field("currency", "usd")],
  ["a currency that nobody serves there", 422, "validation_error", field("currency", "JPY")],
  ["a method that is none", 422, "validation_error", field("payment_method", "cash")],
  ["a reference that is a list", 422, "validation_error", field("reference", ["a"])],
  ["a reference of 256 characters", 422, "validation_error", field("reference", "r".repeat(256))],
  ["a reference with a line break", 422, "validation_error", field("reference", "a\nb")],
  ["no reference", 422, "validation_error", without("reference")],
  ["no number", 422, "validation_error", without("walletID")],
  ["a number with a plus", 422, "validation_error", field("walletID", "+243812345789")],
  ["a number that cannot exist", 422, "validation_error", field("walletID", "243000000000")],
  ["a field of nobody's", 422, "validation_error", field("admin", true)],
  ["a prototype key", 422, "validation_error", raw((valid) => valid.replace(/}$/, ',"__proto__":{"amount":"1.00"}}'))],
  ["a constructor key", 422, "validation_error", raw((valid) => valid.replace(/}$/, ',"constructor":{"prototype":{}}}'))],
  ["U+0000 in a text", 422, "validation_error", raw((valid) => valid.replace("e2e-", "\\u0000-"))],
  ["a callback to a file", 422, "validation_error", field("callback_url", "file:///etc/passwd")],
  ["a callback to another loopback", 422, "validation_error", field("callback_url", "http://127.0.0.2:8080/")],
  ["a callback to a number that is an address", 422, "validation_error", field("callback_url", "http://2130706434:8080/")],
  ["a callback to a private network", 422, "validation_error", field("callback_url", "http://10.0.0.1:8080/")],
  ["a callback to link-local metadata", 422, "validation_error", field("callback_url", "http://[::ffff:169.254.169.254]:8080/")],
  ["a callback with a password", 422, "validation_error", field("callback_url", "http://user:word@127.0.0.1:9000/")],
];

const otherwise: readonly Case[] = [
  ["64 KiB and more", 413, "payload_too_large", field("reference", "r".repeat(70_000))],
  ["20,000 levels of objects", 413, "payload_too_large", raw(() => wrapped(20_000))],
  ["a form", 415, "unsupported_media_type", headed({ "content-type": "application/x-www-form-urlencoded" })],
  ["plain text", 415, "unsupported_media_type", headed({ "content-type": "text/plain" })],
  ["another charset", 415, "unsupported_media_type", headed({ "content-type": "application/json; charset=utf-16" })],
  ["a compressed body", 415, "unsupported_media_type", headed({ "content-encoding": "gzip" })],
  ["no token", 401, "unauthenticated", headed({ authorization: "" })],
  ["another scheme", 401, "unauthenticated", headed({ authorization: "Basic YTpi" })],
  ["a token that is none", 401, "unauthenticated", headed({ authorization: "Bearer x.y.z" })],
  ["a token that nobody signed", 401, "unauthenticated", headed({ authorization: `Bearer ${unsigned()}` })],
];

function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "at+jwt" })}.${part({ sub: "anybody", exp: 4_102_444_800 })}.`;
}

describe("malformed requests", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  }, 240_000);
  afterAll(() => world?.close());

  it.each([...unreadable, ...notAllowed, ...otherwise])("%s: %i %s", async (_name, status, code, request) => {
    const { merchant, sandbox } = world;
    const valid = merchant.body();
    const answer = await merchant.send("/api/v1/payments", request({ ...valid }));
    expect({ status: answer.status, body: answer.json }).toMatchObject({ status, body: { code, message: expect.any(String) } });
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules|\.js:\d/);
    expect(Object.keys(answer.json as object).every((name) => ["message", "code", "details"].includes(name))).toBe(true);
    expect(await sandbox.charges(valid.walletID)).toEqual([]);
  });

  it("answers an address that does not exist and a method that is not served in the same envelope", async () => {
    const { merchant } = world;
    expect((await merchant.send("/api/v1/nothing")).json).toMatchObject({ code: "not_found", message: expect.any(String) });
    const wrong = await merchant.send("/api/v1/payments", { method: "DELETE" });
    expect([404, 405]).toContain(wrong.status);
    expect(wrong.json).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    expect((await merchant.send("/api/v1/payments/%00/status")).status).toBe(404);
    expect((await merchant.send("/api/v1/payments/%E0%A4%A/status")).status).toBeGreaterThanOrEqual(400);
  });

  it("refuses headers of 100 kB and bytes that are no HTTP without falling over", async () => {
    const { platform, merchant } = world;
    const huge = await say(platform.demo.baseUrl, `GET /api/v1/payments HTTP/1.1\r\nhost: x\r\nx-filler: ${"y".repeat(100_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 /);
    expect(await say(platform.demo.baseUrl, "\u0016\u0003\u0001 not http\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect((await merchant.post(merchant.body())).status).toBe(201);
  });

  it("answers a refused token request in the form of RFC 6749", async () => {
    const { baseUrl } = world.platform.demo;
    const wrong = await call(`${baseUrl}/oauth/token`, { json: { grant_type: "client_credentials", client_id: "nobody", client_secret: "nothing" } });
    expect([wrong.status, wrong.json]).toMatchObject([401, { error: "invalid_client" }]);
    const grant = await call(`${baseUrl}/oauth/token`, { json: { grant_type: "password", client_id: "nobody", client_secret: "nothing" } });
    expect([grant.status, grant.json]).toMatchObject([400, { error: "unsupported_grant_type" }]);
    const broken = await call(`${baseUrl}/oauth/token`, { body: "{", method: "POST" });
    expect([broken.status, broken.json]).toMatchObject([400, { error: "invalid_request" }]);
  });

  it("leaves no unhandled error in any process's log", () => {
    const { logs } = world.platform;
    for (const file of readdirSync(logs)) {
      if (/^(kafka|postgres)/.test(file)) continue;
      const lines = readFileSync(join(logs, file), "utf8").split("\n");
      const bad = lines.filter((line) => /unhandled|uncaught|UnhandledPromiseRejection|MaxListenersExceeded/i.test(line));
      expect({ file, bad }).toEqual({ file, bad: [] });
    }
  });
});

/** Whatever is answered to these bytes, until the other side closes. */
const say = (baseUrl: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(baseUrl);
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer, only: ${answer}`)));
    socket.on("data", (data) => (answer += String(data)));
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer)));
    socket.on("close", () => resolve(answer));
  });
