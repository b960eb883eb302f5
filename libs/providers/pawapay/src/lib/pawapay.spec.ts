import { describe, expect, it } from "@jest/globals";
import { type AttemptId, type PaymentId, currency, instant, money } from "@malipo/kernel";
import type { FailureReason } from "@malipo/payment-lifecycle";
import { providerConformance } from "@malipo/provider-contract/testing";
import { Redacted } from "@malipo/security";
import * as fixture from "../fixtures/replies.js";
import { PawapayProvider } from "./pawapay.adapter.js";
import { parsePawapayConfig } from "./pawapay.config.js";
import { pawapayCoverage } from "./pawapay.coverage.js";
import { depositBody } from "./pawapay.mapping.js";

const attemptId = fixture.depositId as AttemptId;
const paymentId = "0123456789abcdef0123456789abcdef" as PaymentId;
const lineOf = (operator: string, code: string) => pawapayCoverage.find((line) => line.operator === operator && line.currency === code)!;
const request = {
  paymentId,
  attemptId,
  amount: money(1000n, currency("USD")),
  payerAccount: "+243813456789",
  coverage: lineOf("VODACOM_MPESA_COD", "USD"),
  at: instant(0),
};
const config = { baseUrl: "https://pawapay.test", apiToken: new Redacted("api-token-api-token"), webhookToken: new Redacted("webhook-token-webhook-token") };
const inProgress = { kind: "in_progress", providerReference: attemptId } as const;
const declined = (reason: FailureReason, providerCode: string) => ({ kind: "declined", reason, providerCode }) as const;
const approved = { kind: "approved", providerReference: "CI6HK2XPCA00" } as const;
const outcome = (of: typeof approved | ReturnType<typeof declined> | typeof inProgress) =>
  ({ kind: "outcome", correlation: { attemptId }, outcome: of, queryReference: attemptId }) as const;

providerConformance({
  name: "pawaPay",
  create: (ports) => new PawapayProvider(config, ports),
  request,
  query: { attemptId, at: instant(0) },
  isCollect: ({ method }) => method === "POST",
  isQuery: ({ method, url }) => method === "GET" && url === `https://pawapay.test/v2/deposits/${attemptId}`,
  otherwise: () => ({ kind: "unknown", cause: "timeout" }),
  secrets: ["api-token-api-token", "webhook-token-webhook-token"],
  webhook: (body) => ({ pathToken: "webhook-token-webhook-token", headers: {}, body: Buffer.from(body), receivedAt: instant(0) }),
  collects: [
    { name: "accepted", reply: { status: 200, body: fixture.accepted }, expected: inProgress },
    { name: "unavailable", reply: { status: 200, body: fixture.rejected("PROVIDER_TEMPORARILY_UNAVAILABLE") }, expected: declined("provider_unavailable", "PROVIDER_TEMPORARILY_UNAVAILABLE") },
    { name: "a code nobody told us of", reply: { status: 200, body: fixture.rejected("SOMETHING_NEW") }, expected: declined("unspecified", "SOMETHING_NEW") },
    { name: "a status nobody told us of", reply: { status: 200, body: { ...fixture.accepted, status: "ENQUEUED" } }, expected: inProgress },
    { name: "a technical refusal", reply: { status: 400, body: fixture.technical("INVALID_PARAMETER") }, expected: declined("provider_unavailable", "INVALID_PARAMETER") },
    { name: "a bad token", reply: { status: 403, body: fixture.technical("AUTHENTICATION_ERROR") }, expected: declined("provider_unavailable", "AUTHENTICATION_ERROR") },
    { name: "its own error", reply: { status: 500, body: fixture.technical("UNKNOWN_ERROR") }, expected: { kind: "unknown", cause: "http_500" } },
    { name: "a repeat that cannot be asked about", reply: { status: 200, body: fixture.duplicate }, expected: { kind: "unknown", cause: "timeout" } },
  ],
  queries: [
    { name: "completed", reply: { status: 200, body: fixture.found(fixture.completedData) }, expected: approved },
    { name: "not approved", reply: { status: 200, body: fixture.found(fixture.failedData("PAYMENT_NOT_APPROVED")) }, expected: declined("cancelled", "PAYMENT_NOT_APPROVED") },
    {
      name: "not answered in time",
      reply: { status: 200, body: fixture.found(fixture.failedData("PAYMENT_NOT_APPROVED", "The payer did not answer the prompt in time.")) },
      expected: declined("payer_timeout", "PAYMENT_NOT_APPROVED"),
    },
    { name: "no funds", reply: { status: 200, body: fixture.found(fixture.failedData("INSUFFICIENT_BALANCE")) }, expected: declined("insufficient_funds", "INSUFFICIENT_BALANCE") },
    { name: "in reconciliation", reply: { status: 200, body: fixture.found(fixture.inState("IN_RECONCILIATION")) }, expected: inProgress },
    { name: "a word nobody told us of", reply: { status: 200, body: fixture.found(fixture.inState("REVERSED")) }, expected: inProgress },
    { name: "not found", reply: { status: 200, body: fixture.notFound }, expected: { kind: "not_found" } },
    {
      name: "another deposit",
      reply: { status: 200, body: fixture.found({ ...fixture.completedData, depositId: "00000000-0000-4000-8000-000000000000" }) },
      expected: { kind: "unknown", cause: "reply_about_another" },
    },
  ],
  webhooks: [
    { name: "completed", body: JSON.stringify(fixture.completedData), expected: outcome(approved) },
    { name: "failed", body: JSON.stringify(fixture.failedData("PAYER_LIMIT_REACHED")), expected: outcome(declined("payer_limit", "PAYER_LIMIT_REACHED")) },
    { name: "processing", body: JSON.stringify(fixture.inState("PROCESSING")), expected: outcome(inProgress) },
    { name: "a payout", body: '{"payoutId":"x","status":"COMPLETED"}', expected: { kind: "ignored", why: "not about a deposit" } },
  ],
});

describe("preparing a deposit", () => {
  const bodyOf = (operator: string, code: string, minor: bigint) =>
    JSON.parse(Buffer.from(depositBody({ ...request, coverage: lineOf(operator, code), amount: money(minor, currency(code)) })).toString()) as Record<string, unknown>;

  it("writes digits without plus, the operator, and the payment's id", () =>
    expect(bodyOf("VODACOM_MPESA_COD", "USD", 1050n)).toMatchObject({
      depositId: attemptId,
      amount: "10.50",
      currency: "USD",
      payer: { type: "MMO", accountDetails: { phoneNumber: "243813456789", provider: "VODACOM_MPESA_COD" } },
      clientReferenceId: paymentId,
      metadata: [{ paymentId }],
    }));

  it("writes as many decimals as the operator takes, and never rounds", () => {
    expect(bodyOf("VODACOM_MPESA_COD", "CDF", 500_000n)["amount"]).toBe("5000");
    expect(bodyOf("AIRTEL_COD", "CDF", 500_050n)["amount"]).toBe("5000.50");
    expect(bodyOf("MTN_MOMO_UGA", "UGX", 5_000n)["amount"]).toBe("5000");
    expect(() => bodyOf("VODACOM_MPESA_COD", "CDF", 500_050n)).toThrow(RangeError);
  });
});

describe("reading the configuration", () => {
  it("names what is missing and hides what is secret", () => {
    expect(() => parsePawapayConfig({ PAWAPAY_WEBHOOK_TOKEN: "x".repeat(32) })).toThrow("PAWAPAY_API_TOKEN");
    expect(() => parsePawapayConfig({ PAWAPAY_WEBHOOK_TOKEN: "short" })).toThrow("PAWAPAY_WEBHOOK_TOKEN");
    expect(JSON.stringify(config)).not.toContain("api-token-api-token");
  });
});
