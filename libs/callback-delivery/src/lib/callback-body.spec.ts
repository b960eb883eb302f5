import { describe, expect, it } from "@jest/globals";
import { type CurrencyCode, type Instant, money } from "@malipo/kernel";
import { callbackBody } from "./callback-body.js";
import { finished, mayStart, quietEndpoint, started } from "./endpoint.js";

describe("the body of a callback", () => {
  const change = {
    version: 2,
    type: "payment.failed",
    status: "failed",
    reference: "order-1",
    orderNumber: "20261121ABCDEFGH1105",
    amount: money(1000n, "USD" as CurrencyCode),
    method: "mobile_money",
  };

  it("is flat, and names the reason where there is one", () => {
    expect(JSON.parse(callbackBody({ ...change, reason: "payer_limit" }, 1_800_000_000_000 as Instant))).toEqual({
      type: "payment.failed",
      reference: "order-1",
      orderNumber: "20261121ABCDEFGH1105",
      status: "failed",
      amount: "10.00",
      currency: "USD",
      payment_method: "mobile_money",
      version: 2,
      reason: "payer_limit",
      occurred_at: "2027-01-15T08:00:00.000Z",
    });
    expect(JSON.parse(callbackBody(change, 0 as Instant))).not.toHaveProperty("reason");
  });
});

describe("an endpoint", () => {
  const limits = { inFlightMax: 4, failuresUntilNarrow: 3 };
  const dead = { kind: "unknown", cause: "timeout" } as const;

  it("takes no more sends at once than its cap", () => {
    const full = [1, 2, 3, 4].reduce(started, quietEndpoint);
    expect(mayStart(full, limits)).toBe(false);
    expect(mayStart(finished(full, { kind: "response", status: 200 }), limits)).toBe(true);
  });

  it("is felt out by one send at a time after failures in a row, until it answers", () => {
    let endpoint = quietEndpoint;
    for (let i = 0; i < 3; i += 1) endpoint = finished(started(endpoint), dead);
    expect(mayStart(endpoint, limits)).toBe(true);
    expect(mayStart(started(endpoint), limits)).toBe(false);
    endpoint = finished(started(endpoint), { kind: "response", status: 404 });
    expect(mayStart(started(endpoint), limits)).toBe(true);
  });
});
