import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { request } from "undici";
import { depositBody, Harness, send } from "../testing/harness.js";

describe("the control API", () => {
  let sandbox: Harness;
  beforeAll(async () => (sandbox = await Harness.start()));
  afterAll(() => sandbox.end());
  afterEach(async () => {
    await request(`http://127.0.0.1:${sandbox.ports.control}/_sandbox/scenarios`, { method: "DELETE" });
    await sandbox.call("control", "/_sandbox/listeners", { provider: "pawapay", state: "open" });
  });

  const deposit = async (payer: string) => (await sandbox.pawapay("/v2/deposits", depositBody(payer))).json;

  it("lets a scenario decide ahead of the digits, as often as ordered", async () => {
    const match = { payer: "+243813456049", provider: "pawapay", operation: "deposit" };
    expect((await sandbox.order({ match, behaviour: "unavailable", times: 2 })).status).toBe(201);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await deposit("243813456049"))["status"] as string));
    expect(statuses.sort()).toEqual(["ACCEPTED", "REJECTED", "REJECTED"]);
  });

  it("applies a scenario to what it matches and to nothing else, until deleted", async () => {
    await sandbox.order({ match: { provider: "daraja" }, behaviour: "broken_answer" });
    expect((await deposit("243813456789"))["status"]).toBe("ACCEPTED");
    expect((await sandbox.push("254708374789")).status).toBe(500);
    const url = `http://127.0.0.1:${sandbox.ports.control}/_sandbox/scenarios`;
    const answer = await request(url, { method: "DELETE", headers: { "content-type": "application/json" } });
    expect(answer.statusCode).toBe(204);
    expect((await sandbox.push("254708374789")).status).toBe(200);
  });

  it("refuses an order it does not know", async () => {
    expect((await sandbox.order({ match: {}, behaviour: "explode" })).status).toBe(400);
    expect((await sandbox.order({ match: { phone: "1" }, behaviour: "stuck" })).status).toBe(400);
    expect((await sandbox.call("control", "/_sandbox/clock", { advanceSeconds: -1 })).status).toBe(400);
    expect((await sandbox.call("control", "/_sandbox/statements/airtel?date=2026-01-01")).status).toBe(400);
    expect((await sandbox.call("control", "/_sandbox/statements/pawapay?date=today")).status).toBe(400);
  });

  it("really shuts a provider's port and opens the same one again", async () => {
    const { pawapay } = sandbox.ports;
    await sandbox.call("control", "/_sandbox/listeners", { provider: "pawapay", state: "refuse" });
    await expect(deposit("243813456003")).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await sandbox.call("control", "/_sandbox/listeners", { provider: "pawapay", state: "open" });
    expect(sandbox.ports.pawapay).toBe(pawapay);
    expect((await deposit("243813456003"))["status"]).toBe("ACCEPTED");
  });

  it("accepts and never answers while it hangs, and takes nothing in", async () => {
    await sandbox.call("control", "/_sandbox/listeners", { provider: "pawapay", state: "hang" });
    const answer = request(`http://127.0.0.1:${sandbox.ports.pawapay}/v2/deposits`, {
      method: "POST",
      headersTimeout: 300,
      body: JSON.stringify(depositBody("243813456004")),
    });
    await expect(answer).rejects.toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT" });
    await sandbox.call("control", "/_sandbox/listeners", { provider: "pawapay", state: "open" });
    await sandbox.advance(5);
    expect(await sandbox.ledger("?payer=243813456004")).toEqual([]);
    expect((await deposit("243813456004"))["status"]).toBe("ACCEPTED");
  });

  it("serves the same providers under the control port", async () => {
    const url = `http://127.0.0.1:${sandbox.ports.control}`;
    expect((await send(`${url}/pawapay/v2/deposits`, {})).status).toBe(401);
    expect((await send(`${url}/pawapay`)).text).toContain("169  late_success");
    expect((await send(`${url}/daraja`)).text).toContain("1037");
    expect((await send(`${url}/daraja/mpesa/stkpush/v1/processrequest`, {})).status).toBe(401);
  });

  it("finds ledger entries by payer and by payment", async () => {
    const paymentId = "f".repeat(32);
    await sandbox.pawapay("/v2/deposits", depositBody("243813456005", { metadata: [{ paymentId }] }));
    await sandbox.pawapay("/v2/deposits", depositBody("243813456005", { metadata: undefined, clientReferenceId: "ref-1" }));
    await sandbox.pawapay("/v2/deposits", depositBody("243813456049", { metadata: [{ paymentId }] }));
    await sandbox.advance(1);
    const entry = { kind: "charge", provider: "pawapay", payer: "243813456005", amount: "15", currency: "USD" };
    expect(await sandbox.ledger(`?paymentId=${paymentId}`)).toMatchObject([{ ...entry, paymentId }]);
    expect(await sandbox.ledger("?payer=%2B243813456005")).toMatchObject([{ ...entry, paymentId }, { ...entry, paymentId: "ref-1" }]);
    expect(await sandbox.ledger(`?payer=243813456049&paymentId=${paymentId}`)).toEqual([]);
  });

  it("states the day's real movements of one provider as CSV", async () => {
    const body = depositBody("243813456006");
    await sandbox.pawapay("/v2/deposits", body);
    await sandbox.pawapay("/v2/deposits", depositBody("243813456049"));
    await sandbox.push("254708374006");
    await sandbox.advance(1);
    const now = (await sandbox.call("control", "/_sandbox/clock")).json["now"] as string;
    const statement = async (provider: string, date: string) =>
      (await sandbox.call("control", `/_sandbox/statements/${provider}?date=${date}`)).text.trimEnd().split("\r\n");
    const pawapay = await statement("pawapay", now.slice(0, 10));
    expect(pawapay[0]).toMatch(/^Transaction ID,Type,Status,/);
    expect(pawapay.filter((line) => line.includes(body.depositId))).toHaveLength(1);
    expect(pawapay.join()).not.toContain("243813456049");
    const inNairobi = new Date(Date.parse(now) + 3 * 3_600_000).toISOString().slice(0, 10);
    const daraja = await statement("daraja", inNairobi);
    const [entry] = await sandbox.ledger("?payer=254708374006");
    expect(daraja.find((line) => line.startsWith(entry!.id))).toMatch(/,Completed,100\.00,,[0-9]+\.00,.*,ORDER-000001$/);
    expect(await statement("pawapay", "2020-01-01")).toHaveLength(1);
  });

  it("tells its health", async () => {
    expect((await sandbox.call("control", "/health/live")).status).toBe(200);
    expect((await sandbox.call("control", "/health/ready")).status).toBe(200);
    expect((await sandbox.call("control", "/metrics")).text).toContain("sandbox_movements");
  });
});
