import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expect2xx } from "./harness/http.js";
import { TestMerchant } from "./harness/test-merchant.js";
import { World } from "./harness/world.js";

describe("a merchant's payment from token to statement", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  }, 240_000);
  afterAll(() => world?.close());

  it("is created, completed, told by a signed callback, and matched with the provider's statement", async () => {
    const { merchant, journal, sandbox, platform } = world;
    const body = merchant.body("COD", { walletID: "243812345789" });
    await world.explain(body, async () => {
      const created = await merchant.create(body);
      expect(created).toMatchObject({ reference: body.reference, status: "pending", amount: "10.00", currency: "USD" });
      expect(created.orderNumber).toMatch(/^[0-9]{8}[A-Z0-9]{8}11[0-9]{2}$/);

      const told = await journal.next("payment.completed", body.reference);
      expect(told).toMatchObject({ status: "completed", orderNumber: created.orderNumber, amount: "10.00", currency: "USD", payment_method: "mobile_money" });
      expect(world.orderFaults(body.reference)).toEqual([]);

      const seen = await merchant.status(created.orderNumber);
      expect(seen).toMatchObject({ status: "completed", version: told.version });
      expect(JSON.stringify(seen)).not.toMatch(/pawapay|vodacom/i);

      const charges = await sandbox.ledger({ paymentId: world.paymentId(body.reference) });
      expect(charges).toMatchObject([{ kind: "charge", provider: "pawapay", amount: "10.00", currency: "USD" }]);

      expect(await world.cli("statement", "import", "--provider", "pawapay")).toMatch(/[1-9]\d* matched/);
      const { urls, adminToken: bearer } = platform.demo;
      const known = await expect2xx<{ breaks: unknown[] }>(`${urls.reconciliation}/admin/v1/payments/${created.orderNumber}`, { bearer });
      expect(known).toMatchObject({ attempts: [expect.anything()], breaks: [] });

      const timeline = await world.cli("timeline", created.orderNumber);
      for (const told of ["accepted", "attempt 1 at pawapay", "payment.completed", "delivered", "statement"]) expect(timeline).toContain(told);
      expect(await world.cli("timeline", body.reference, "--merchant", merchant.credentials.merchantId)).toContain(created.orderNumber);
    });
  });

  it("refuses the same reference again and names the payment that has it", async () => {
    const { merchant } = world;
    const body = merchant.body();
    const { orderNumber } = await merchant.create(body);
    const again = await merchant.post(body);
    expect(again.status).toBe(409);
    expect(again.json).toMatchObject({ code: "reference_already_used", message: expect.any(String), details: { orderNumber, status: expect.any(String) } });
  });

  it("repeats the first answer for the same key and body, and refuses another body", async () => {
    const { merchant } = world;
    const body = merchant.body();
    const key = { "idempotency-key": randomBytes(12).toString("hex") };
    const first = await merchant.post(body, key);
    expect(first.status).toBe(201);
    const again = await merchant.post(body, key);
    expect([again.status, again.text, again.headers["idempotent-replayed"]]).toEqual([201, first.text, "true"]);
    const other = await merchant.post({ ...body, amount: "11.00" }, key);
    expect([other.status, other.json]).toMatchObject([422, { code: "idempotency_key_reused" }]);
    const elsewhere = await merchant.post(merchant.body(), key);
    expect([elsewhere.status, elsewhere.json]).toMatchObject([422, { code: "idempotency_key_reused" }]);
  });

  it("finds a payment by its reference, and only its own", async () => {
    const { merchant } = world;
    const body = merchant.body();
    const { orderNumber } = await merchant.create(body);
    const found = await merchant.send(`/api/v1/payments?reference=${encodeURIComponent(body.reference)}`);
    expect(found.status).toBe(200);
    expect(found.text).toContain(orderNumber);
    const none = await merchant.send("/api/v1/payments?reference=never-used");
    expect([none.status, none.text.includes(orderNumber)]).toEqual([200, false]);
  });

  it("answers for another merchant's payment exactly as for one that does not exist", async () => {
    const { merchant, platform } = world;
    const { orderNumber } = await merchant.create(merchant.body());
    const stranger = await TestMerchant.provision(platform.demo);
    const random = `${orderNumber.slice(0, 8)}ZZZZZZZZ${orderNumber.slice(16)}`;
    const [foreign, unknown] = [await stranger.send(`/api/v1/payments/${orderNumber}/status`), await stranger.send(`/api/v1/payments/${random}/status`)];
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text]);
    expect(unknown.status).toBe(404);
  });

  it("keeps merchants' references apart", async () => {
    const { merchant, platform } = world;
    const body = merchant.body();
    await merchant.create(body);
    const other = await TestMerchant.provision(platform.demo);
    const { callback_url: _, ...same } = body;
    expect((await other.post(same)).status).toBe(201);
  });
});
