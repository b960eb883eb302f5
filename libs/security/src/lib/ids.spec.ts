import { describe, expect, it } from "@jest/globals";
import { type PaymentId, merchantId } from "@malipo/kernel";
import { attemptIdOf, paymentIdOf } from "./ids.js";

const merchant = merchantId("0123456789abcdef0123456789abcdef");

describe("ids that are derived", () => {
  it("keep the frozen values", () => {
    const paymentId = paymentIdOf(merchant, "test", "kodipay", "order-1");
    expect(paymentId).toBe("0196ef5120e8cd5dc7404fb423fc5c77");
    expect(attemptIdOf(paymentId, 1)).toBe("e5c89fd7-4298-4936-9092-c7fefccb5384");
  });

  it("differ by merchant, mode, scope, and reference, and never run into each other", () => {
    const ids = [
      paymentIdOf(merchant, "test", "kodipay", "order-1"),
      paymentIdOf(merchant, "live", "kodipay", "order-1"),
      paymentIdOf(merchant, "test", "gateway", "order-1"),
      paymentIdOf(merchant, "test", "kodipay", 'order-1","x'),
      paymentIdOf(merchant, "test", "kodipay", "order-1 "),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("give attempts the shape of a UUIDv4", () => {
    for (let number = 1; number <= 50; number++) {
      expect(attemptIdOf("0196ef5120e8cd5dc7404fb423fc5c77" as PaymentId, number)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });
});
