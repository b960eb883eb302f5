import { describe, expect, it } from "@jest/globals";
import { redactData } from "./redact-event.js";

const sealed = `v1.${"k".repeat(22)}.${"n".repeat(16)}.${"c".repeat(40)}`;

describe("an event as operators see it", () => {
  it("names what is sealed, hashed, or a payer, and shows the rest", () => {
    const event = {
      paymentId: "11111111111111111111111111111111",
      reference: "order-1",
      payer: { id: "0f3c8ae1d2b94b7f9a6c5d4e3f201182", country: "COD", account: sealed },
      request: { scope: "kodipay", keyHash: "hash", fingerprint: "print" },
      answer: sealed,
      candidates: [{ provider: "pawapay", request: sealed }],
      otp: "123456",
    };
    expect(redactData(event)).toEqual({
      paymentId: "11111111111111111111111111111111",
      reference: "order-1",
      payer: { id: "[redacted]", country: "COD", account: "[sealed]" },
      request: { scope: "kodipay", keyHash: "[redacted]", fingerprint: "[redacted]" },
      answer: "[sealed]",
      candidates: [{ provider: "pawapay", request: "[sealed]" }],
      otp: "[redacted]",
    });
  });
});
