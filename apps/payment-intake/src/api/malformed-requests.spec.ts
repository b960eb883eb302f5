import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { HttpApp } from "@malipo/http-api";
import type { Logger } from "@malipo/ports";
import { adminToken, newAccount, tokenOf } from "../testing/test-app.js";
import { createUnstartedApp } from "../testing/unstarted-app.js";

const errors: unknown[] = [];
const logger: Logger = { debug() {}, info() {}, warn() {}, error: (fields) => void errors.push(fields) };
const good = { payment_method: "mobile_money", amount: "10.00", currency: "USD", reference: "order-1", walletID: "243812345789" };
const body = (change: object): string => JSON.stringify({ ...good, ...change });
const without = (field: keyof typeof good): string => JSON.stringify({ ...good, [field]: undefined });

type Row = [what: string, status: number, payload: string | Buffer, headers?: Record<string, string>];

const unreadable: Row[] = [
  ["no body", 400, ""],
  ["white space", 400, " \n"],
  ["no JSON", 400, "amount=10"],
  ["half an object", 400, '{"amount":"10.00"'],
  ["a trailing comma", 400, '{"amount":"10.00",}'],
  ["a comment", 400, '{"amount":"10.00"/* */}'],
  ["NaN", 400, '{"amount":NaN}'],
  ["single quotes", 400, "{'amount':'10.00'}"],
  ["two values", 400, `${body({})}${body({})}`],
  ["depth 20,000 of arrays", 400, "[".repeat(20_000)],
  ["depth 33", 400, `${'{"a":'.repeat(33)}1${"}".repeat(33)}`],
  ["a duplicate key", 400, `{"amount":"1.00",${body({}).slice(1)}`],
  ["a duplicate key, escaped", 400, `{"\\u0061mount":"1.00",${body({}).slice(1)}`],
  ["a byte order mark", 400, `\ufeff${body({})}`],
  ["UTF-16", 400, Buffer.from(body({}), "utf16le")],
  ["overlong UTF-8", 400, Buffer.concat([Buffer.from('{"reference":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
  ["Latin-1", 400, Buffer.from('{"reference":"é"}', "latin1")],
  ["a lone surrogate", 400, '{"reference":"\\ud800"}'],
  ["a bare control character", 400, '{"reference":"a\u0001b"}'],
];
const unacceptable: Row[] = [
  ["an array", 422, "[]"],
  ["a text", 422, '"10.00"'],
  ["null", 422, "null"],
  ["a number", 422, "1e3"],
  ["an empty object", 422, "{}"],
  ["an unknown field", 422, body({ provider: "x" })],
  ["__proto__", 422, `{"__proto__":{"amount":"1.00"},${body({}).slice(1)}`],
  ["constructor", 422, body({ constructor: { prototype: {} } })],
  ["prototype, deep within", 422, `{"reference":{"prototype":1},"amount":"1.00"}`],
  ["U+0000", 422, body({ reference: "a\u0000b" })],
  ["no amount", 422, without("amount")],
  ["an amount as a number", 422, body({ amount: 10 })],
  ["an amount as a number in exponent form", 422, body({}).replace('"10.00"', "1e1")],
  ["an amount as a text in exponent form", 422, body({ amount: "1e1" })],
  ["a negative amount", 422, body({ amount: "-10.00" })],
  ["an amount with a plus", 422, body({ amount: "+10.00" })],
  ["an amount of nothing", 422, body({ amount: "0.00" })],
  ["an amount with a comma", 422, body({ amount: "10,00" })],
  ["an amount in other digits", 422, body({ amount: "١٠" })],
  ["an amount with three decimals", 422, body({ amount: "10.001" })],
  ["an amount of 40 digits", 422, body({ amount: "9".repeat(40) })],
  ["an amount with a leading zero", 422, body({ amount: "010.00" })],
  ["a currency in lower case", 422, body({ currency: "usd" })],
  ["a currency that is none", 422, body({ currency: "XXX" })],
  ["a currency as a list", 422, body({ currency: ["USD"] })],
  ["no channel for the currency", 422, body({ currency: "KES" })],
  ["no channel for the country", 422, body({ walletID: "41791234567" })],
  ["an unknown method", 422, body({ payment_method: "cash" })],
  ["a card, which nobody serves", 422, JSON.stringify({ ...good, payment_method: "card", walletID: undefined })],
  ["no walletID", 422, without("walletID")],
  ["a walletID with a plus", 422, body({ walletID: "+243812345789" })],
  ["a walletID that cannot exist", 422, body({ walletID: "243000000000" })],
  ["a walletID as a number", 422, body({ walletID: 243812345789 })],
  ["an empty reference", 422, body({ reference: "" })],
  ["a blank reference", 422, body({ reference: "   " })],
  ["a reference of 256 characters", 422, body({ reference: "a".repeat(256) })],
  ["a reference with a line break", 422, body({ reference: "a\nb" })],
  ["a reference with a control character", 422, body({ reference: "order-1\u0001" })],
  ["a reference with an invisible character", 422, body({ reference: "order\u200b1" })],
  ["a long reference that would cost its square", 422, body({ reference: `${"a".repeat(64_000)}\u0001\u0001` })],
  ["a long number that would cost its square", 422, body({}).replace('"10.00"', `0.${"0".repeat(64_000)}1`)],
  ["no callback, in words, and no channel", 422, body({ callback_url: null, currency: "KES" })],
  ["a reference as an object", 422, body({ reference: { $ne: null } })],
  ["a callback that is no URL", 422, body({ callback_url: "callbacks" })],
  ["a callback by file", 422, body({ callback_url: "file:///etc/passwd" })],
  ["a callback with a password", 422, body({ callback_url: "https://user:pass@merchant.example/c" })],
  ["a callback to a private address", 422, body({ callback_url: "http://10.0.0.1/c" })],
  ["a callback to the metadata address", 422, body({ callback_url: "http://169.254.169.254/latest" })],
  ["a callback to loopback in another spelling", 422, body({ callback_url: "http://2130706433:4000/c" })],
  ["a callback to a port of the platform", 422, body({ callback_url: "http://127.0.0.1:3000/c" })],
  ["a callback with a card number", 422, body({ callback_url: "https://merchant.example/c?pan=4111111111111111" })],
  ["an Idempotency-Key with a space", 422, body({}), { "idempotency-key": "a b" }],
  ["an Idempotency-Key of 256 characters", 422, body({}), { "idempotency-key": "k".repeat(256) }],
];
const others: Row[] = [
  ["65 KiB", 413, body({ reference: "a".repeat(66_000) })],
  ["a form", 415, "amount=10", { "content-type": "application/x-www-form-urlencoded" }],
  ["text", 415, body({}), { "content-type": "text/plain" }],
  ["no type", 415, body({}), { "content-type": "" }],
  ["another charset", 415, body({}), { "content-type": "application/json; charset=utf-16" }],
  ["a type that would cost its square", 415, body({}), { "content-type": `application/json${" ".repeat(15_000)}x` }],
  ["gzip", 415, body({}), { "content-encoding": "gzip" }],
  ["no token", 401, body({}), { authorization: "" }],
  ["a token that is none", 401, body({}), { authorization: "Bearer x.y.z" }],
  ["another scheme", 401, body({}), { authorization: "Basic YTpi" }],
];
const codes: Record<number, string> = { 400: "malformed_request", 401: "unauthenticated", 413: "payload_too_large", 415: "unsupported_media_type", 422: "validation_error" };

describe("a malformed request", () => {
  let app: HttpApp;
  const authorization = `Bearer ${tokenOf(newAccount())}`;
  beforeAll(async () => {
    app = await createUnstartedApp(logger);
  });
  afterAll(() => app.nest.close());

  it.each([...unreadable, ...unacceptable, ...others])("%s: %d", async (_what, status, payload, headers = {}) => {
    const startedMs = performance.now();
    const answer = await app.fastify.inject({
      method: "POST",
      url: "/api/v1/payments",
      payload,
      headers: { "content-type": "application/json", authorization, ...headers },
    });
    const elapsedMs = performance.now() - startedMs;
    expect([answer.statusCode, answer.json().code]).toEqual([status, codes[status]]);
    expect(elapsedMs).toBeLessThan(300); // one request must not hold up the others
    expect(Object.keys(answer.json()).filter((field) => !["message", "code", "details"].includes(field))).toEqual([]);
    expect(typeof answer.json().message).toBe("string");
    expect(errors).toEqual([]);
  });

  it("says by field what is wrong", async () => {
    const answer = await app.fastify.inject({
      method: "POST", url: "/api/v1/payments", payload: { amount: 10, currency: "USD", extra: 1 }, headers: { authorization },
    });
    expect(Object.keys(answer.json().details).sort()).toEqual(["amount", "extra", "payment_method", "reference"]);
  });

  it("is refused by every route that takes a body, with or without a right to it", async () => {
    const taking = app.routes.filter(({ method }) => ["POST", "PUT", "PATCH"].includes(method));
    expect(taking.length).toBeGreaterThan(0);
    for (const { method, url } of taking) {
      for (const token of [authorization, `Bearer ${adminToken}`]) {
        const path = url.replaceAll(/:[a-zA-Z]+/g, "20260415A7K9P2XM1140");
        const answer = await app.fastify.inject({ method: method as "POST", url: path, payload: '{"nobody":["expects"],"this":1}', headers: { "content-type": "application/json", authorization: token } });
        expect([401, 422]).toContain(answer.statusCode);
        expect(answer.json().code).toMatch(/^(unauthenticated|validation_error)$/);
      }
    }
  });

  it("of an operator is told in the same envelope", async () => {
    for (const before of ["2026-W05-1", "2026-W05", "2026-001", "yesterday", "9".repeat(300)]) {
      const answer = await app.fastify.inject({ method: "GET", url: `/admin/v1/reviews?before=${before}`, headers: { authorization: `Bearer ${adminToken}` } });
      expect([before, answer.statusCode]).toEqual([before, 422]);
    }
    expect(errors).toEqual([]);
  });

  it("of a status or a list is told in the same envelope", async () => {
    const ask = async (url: string, method: "GET" | "DELETE" = "GET") => {
      const answer = await app.fastify.inject({ method, url, headers: { authorization } });
      return [answer.statusCode, answer.json().code];
    };
    expect(await ask("/api/v1/payments/none/status")).toEqual([404, "not_found"]);
    expect(await ask("/api/v1/payments/%00/status")).toEqual([404, "not_found"]);
    expect(await ask(`/api/v1/payments/${"A".repeat(300)}/status`)).toEqual([414, "uri_too_long"]);
    expect(await ask("/api/v1/payments")).toEqual([422, "validation_error"]);
    expect(await ask("/api/v1/payments?reference=a&reference=b")).toEqual([422, "validation_error"]);
    expect(await ask("/api/v1/payments?reference=a&page=2")).toEqual([422, "validation_error"]);
    expect(await ask("/api/v1/payments", "DELETE")).toEqual([405, "method_not_allowed"]);
    expect(await ask("/api/v1/payments/%zz/status")).toEqual([400, "malformed_request"]);
    expect(errors).toEqual([]);
  });
});
