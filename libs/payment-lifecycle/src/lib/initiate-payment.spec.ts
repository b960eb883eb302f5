import { describe, expect, it } from "@jest/globals";
import type { PaymentId } from "@malipo/kernel";
import { given } from "../testing/given.js";
import { begin, cancel, confirm, expire, initiate, orderNumber, paymentId, usd } from "../testing/messages.js";

const request = { scope: "kodipay", keyHash: "key", fingerprint: "body" } as const;

describe("initiating a payment", () => {
  it("makes it pending, and public for the first time", () => {
    given()
      .when(initiate())
      .expectEvent("PaymentInitiated", { orderNumber, reference: "order-17" })
      .expectPublic({ version: 1, type: "payment.pending", status: "pending" });
    expect(given(initiate()).state).toMatchObject({ status: "pending", amount: usd(1_000), attempts: [] });
  });

  it("answers a repeat with the same key and body from the first", () =>
    given(initiate(), begin("a1", 1)).when(initiate()).expectRefusal("idempotent_replay", { paymentId, orderNumber, status: "processing" }));

  it("refuses the same key with another body", () =>
    given(initiate()).when(initiate({ request: { ...request, fingerprint: "other" } })).expectRefusal("idempotency_key_reused"));

  it("refuses the same reference under another key or none, and names the order and its status", () => {
    given(initiate())
      .when(initiate({ request: { ...request, keyHash: "other" } }))
      .expectRefusal("reference_already_used", { orderNumber, status: "pending" });
    const { keyHash: _, ...withoutKey } = request;
    given(initiate({ request: withoutKey })).when(initiate({ request: withoutKey })).expectRefusal("reference_already_used");
  });

  it("refuses a key that another payment of the account has used", () => {
    const elsewhere = "0f3c8ae1d2b94b7f9a6c5d4e3f201182" as PaymentId;
    given().when(initiate(), { keyUse: { paymentId: elsewhere, fingerprint: "other" } }).expectRefusal("idempotency_key_reused");
    given().when(initiate(), { keyUse: { paymentId: elsewhere, fingerprint: "body" } }).expectRefusal("idempotent_replay", { paymentId: elsewhere });
    given(initiate()).when(initiate(), { keyUse: { paymentId, fingerprint: "body" } }).expectRefusal("idempotent_replay", { paymentId, orderNumber, status: "pending" });
  });

  it("refuses an amount of nothing", () => given().when(initiate({ amount: usd(0) })).expectRefusal("move_not_allowed", { field: "amount" }));
});

describe("confirming", () => {
  it("is asked for where the merchant wants it, once", () => {
    given(initiate({ confirmation: "required" })).when(confirm).expectEvent("PaymentConfirmed").expectPublic(undefined);
    given(initiate({ confirmation: "required" }), confirm).when(confirm).expectNothingNew();
    given(initiate()).when(confirm).expectRefusal("confirmation_not_expected");
  });
});

describe("cancelling", () => {
  it("ends a payment that was not tried, publicly failed with the reason cancelled", () =>
    void given(initiate())
      .when(cancel)
      .expectEvent("PaymentCancelled", { by: "merchant" })
      .expectPublic({ version: 2, type: "payment.failed", status: "failed", reason: "cancelled" }));

  it("changes nothing the second time", () => given(initiate(), cancel).when(cancel).expectNothingNew());

  it("is refused once an attempt was started", () =>
    given(initiate(), begin("a1", 1)).when(cancel).expectRefusal("payment_not_cancellable", { status: "processing" }));

  it("leaves a cancelled payment alone when its time is up", () => given(initiate(), cancel).when(expire).expectNothingNew());
});
