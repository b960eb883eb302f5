import { describe, expect, it } from "@jest/globals";
import { type AttemptId, type PaymentId, currency, instant, money, parseInstant } from "@malipo/kernel";
import type { FailureReason } from "@malipo/payment-lifecycle";
import { type CallContext } from "@malipo/provider-contract";
import { type Reply, ScriptedHttp, providerConformance } from "@malipo/provider-contract/testing";
import { Redacted, attemptToken } from "@malipo/security";
import * as fixture from "../fixtures/replies.js";
import { DarajaProvider } from "./daraja.adapter.js";
import { darajaCapabilities } from "./daraja.capabilities.js";
import { darajaTime, passwordOf } from "./daraja.mapping.js";

const attemptId = "f4401bd2-1568-4140-bf2d-eb77d2b2b639" as AttemptId;
const request = {
  paymentId: "0123456789abcdef0123456789abcdef" as PaymentId,
  attemptId,
  amount: money(10_000n, currency("KES")),
  payerAccount: "+254708374149",
  coverage: darajaCapabilities.collections[0]!,
  at: parseInstant("2026-07-17T09:00:00Z"),
};
const secret = "a-webhook-secret-of-some-length";
const config = {
  baseUrl: "https://daraja.test",
  consumerKey: "key",
  consumerSecret: new Redacted("consumer-secret"),
  passkey: new Redacted("examplepasskey"),
  shortcode: "174379",
  transactionType: "CustomerPayBillOnline",
  webhookBaseUrl: "https://router.test",
  webhookSecret: new Redacted(secret),
} as const;
const password = passwordOf("174379", "examplepasskey", "20260717120000");
const inProgress = { kind: "in_progress", providerReference: fixture.checkoutRequestId } as const;
const declined = (reason: FailureReason, providerCode: string) => ({ kind: "declined", reason, providerCode }) as const;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const isToken = (url: string): boolean => url.includes("/oauth/");

providerConformance({
  name: "Daraja",
  create: (ports) => new DarajaProvider(config, ports),
  request,
  query: { attemptId, providerReference: fixture.checkoutRequestId, at: request.at },
  isCollect: ({ url }) => url.endsWith("/processrequest"),
  isQuery: ({ url }) => url.endsWith("/query"),
  otherwise: () => ({ status: 200, body: fixture.token }),
  secrets: ["consumer-secret", "examplepasskey", password, secret],
  webhook: (body) => ({ pathToken: attemptToken(Buffer.from(secret), attemptId), headers: {}, body: Buffer.from(body), receivedAt: instant(0) }),
  collects: [
    { name: "accepted", reply: { status: 200, body: fixture.pushed }, expected: inProgress },
    { name: "busy", reply: { status: 500, body: fixture.error("500.001.1001", "System is busy.") }, expected: declined("provider_unavailable", "500.001.1001") },
    { name: "a bad request", reply: { status: 400, body: fixture.error("400.002.02", "Bad Request - Invalid Amount") }, expected: declined("provider_unavailable", "400.002.02") },
    { name: "a token that no longer holds, twice", reply: { status: 401, body: fixture.error("404.001.03", "Invalid Access Token") }, expected: declined("provider_unavailable", "404.001.03") },
    { name: "an inner error", reply: { status: 500, body: fixture.error("500.003.1001", "Internal Server Error") }, expected: { kind: "unknown", cause: "http_500" } },
  ],
  queries: [
    { name: "paid", reply: { status: 200, body: fixture.asked("0") }, expected: { kind: "approved", providerReference: attemptId } },
    { name: "cancelled", reply: { status: 200, body: fixture.asked("1032") }, expected: declined("cancelled", "1032") },
    { name: "no funds", reply: { status: 200, body: fixture.asked("1") }, expected: declined("insufficient_funds", "1") },
    { name: "time-out", reply: { status: 200, body: fixture.asked("1037") }, expected: declined("payer_timeout", "1037") },
    { name: "expired", reply: { status: 200, body: fixture.asked("1019") }, expected: declined("payer_timeout", "1019") },
    { name: "wrong PIN", reply: { status: 200, body: fixture.asked("2001") }, expected: declined("wrong_pin", "2001") },
    { name: "a code nobody told us of", reply: { status: 200, body: fixture.asked("4999") }, expected: inProgress },
    { name: "still running", reply: { status: 500, body: fixture.error("500.001.1001", "The transaction is being processed") }, expected: inProgress },
    { name: "wrong credentials under the same code", reply: { status: 500, body: fixture.error("500.001.1001", "Wrong credentials") }, expected: { kind: "unknown", cause: "busy" } },
    { name: "an unknown id", reply: { status: 400, body: fixture.error("400.002.02", "Bad Request") }, expected: { kind: "unknown", cause: "http_400" } },
  ],
  webhooks: [
    {
      name: "paid",
      body: JSON.stringify(fixture.callback(0, fixture.paidItems)),
      expected: { kind: "outcome", correlation: { attemptId }, outcome: { kind: "approved", providerReference: "NLJ7RT61SV" }, queryReference: fixture.checkoutRequestId },
    },
    {
      name: "paid, with items missing",
      body: JSON.stringify(fixture.callback(0, [{ Name: "Balance" }])),
      expected: { kind: "outcome", correlation: { attemptId }, outcome: { kind: "approved", providerReference: attemptId }, queryReference: fixture.checkoutRequestId },
    },
    {
      name: "cancelled",
      body: JSON.stringify(fixture.callback(1032)),
      expected: { kind: "outcome", correlation: { attemptId }, outcome: declined("cancelled", "1032"), queryReference: fixture.checkoutRequestId },
    },
  ],
});

describe("pushing", () => {
  const setUp = (replyTo: (url: string, nth: number) => Reply) => {
    const http = new ScriptedHttp((sent, nth) => replyTo(sent.url, nth));
    let now = 0;
    const provider = new DarajaProvider(config, { http, logger: silent, clock: { now: () => request.at, monotonicMs: () => now } });
    return { http, provider, pass: (ms: number) => void (now += ms) };
  };
  const call: CallContext = { mode: "test", deadlineMs: 1_000 };
  const good = (url: string): Reply => ({ status: 200, body: isToken(url) ? fixture.token : fixture.pushed });

  it("writes Daraja's time and password, whole KES, and a URL that names the attempt", async () => {
    const { http, provider } = setUp(good);
    await provider.collect(provider.prepareCollect(request), call);
    const body = JSON.parse(Buffer.from(http.sent[1]!.body!).toString()) as Record<string, unknown>;
    expect(body).toMatchObject({ Timestamp: "20260717120000", Password: "MTc0Mzc5ZXhhbXBsZXBhc3NrZXkyMDI2MDcxNzEyMDAwMA==", Amount: 100, PartyA: "254708374149" });
    expect(body["CallBackURL"]).toBe(`https://router.test/webhooks/daraja/${attemptToken(Buffer.from(secret), attemptId)}?payment=${request.paymentId}`);
    expect(String(body["AccountReference"]).length).toBeLessThanOrEqual(12);
    expect(() => provider.prepareCollect({ ...request, amount: money(10_050n, currency("KES")) })).toThrow(RangeError);
  });

  it("keeps its token until shortly before its end", async () => {
    const { http, provider, pass } = setUp(good);
    const prepared = provider.prepareCollect(request);
    await Promise.all([provider.collect(prepared, call), provider.collect(prepared, call)]);
    pass(3_500_000);
    await provider.collect(prepared, call);
    expect(http.sent.filter(({ url }) => isToken(url))).toHaveLength(1);
    pass(60_000);
    await provider.collect(prepared, call);
    expect(http.sent.filter(({ url }) => isToken(url))).toHaveLength(2);
  });

  it("proves that nothing was sent when there is no token", async () => {
    for (const reply of [{ kind: "unknown", cause: "timeout" }, { status: 500, body: "oops" }, { status: 400, body: {} }] as const) {
      const { http, provider } = setUp(() => reply);
      expect(await provider.collect(provider.prepareCollect(request), call)).toMatchObject({ kind: "not_sent" });
      expect(http.sent.every(({ url }) => isToken(url))).toBe(true);
    }
  });

  it("fetches a fresh token once when the gateway no longer knows the old one", async () => {
    const stale: Reply = { status: 401, body: fixture.error("404.001.03", "Invalid Access Token") };
    const { provider } = setUp((url, nth) => (isToken(url) || nth > 0 ? good(url) : stale));
    expect(await provider.collect(provider.prepareCollect(request), call)).toEqual(inProgress);
  });

  it("cannot ask without the id that a lost reply would have brought", async () => {
    const { http, provider } = setUp(good);
    expect(await provider.fetchOutcome({ attemptId, at: request.at }, call)).toMatchObject({ kind: "unknown" });
    expect(http.sent).toHaveLength(0);
  });

  it("tells time in East Africa", () => expect(darajaTime(parseInstant("2026-12-31T22:30:05Z"))).toBe("20270101013005"));
});
