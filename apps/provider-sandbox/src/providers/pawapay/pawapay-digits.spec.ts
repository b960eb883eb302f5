import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { depositBody, Harness, payoutBody } from "../../testing/harness.js";

const number = (digits: string): string => `243813456${digits}`;

describe("a pawaPay deposit by the payer's last digits", () => {
  let sandbox: Harness;
  beforeAll(async () => (sandbox = await Harness.start()));
  afterAll(() => sandbox.end());

  const told = (depositId: string) => sandbox.receiver.received.filter(({ body }) => body["depositId"] === depositId);
  const check = async (depositId: string) => (await sandbox.pawapay(`/v2/deposits/${depositId}`)).json;
  const charges = async (digits: string) => (await sandbox.ledger(`?payer=${number(digits)}`)).length;
  const accept = async (digits: string): Promise<string> => {
    const body = depositBody(number(digits));
    const { status, json } = await sandbox.pawapay("/v2/deposits", body);
    expect([status, json["status"], json["depositId"]]).toEqual([200, "ACCEPTED", body.depositId]);
    return body.depositId;
  };

  it.each(["789", "123", "089", "119"])("%s is charged once and told by a callback that is the queried data", async (digits) => {
    const before = sandbox.receiver.received.length;
    const depositId = await accept(digits);
    expect((await check(depositId))["data"].status).toBe("PROCESSING");
    expect(await charges(digits)).toBe(0);
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    const { status, data } = await check(depositId);
    expect([status, data.status]).toEqual(["FOUND", "COMPLETED"]);
    expect(told(depositId)[0]?.body).toEqual(data);
    expect(data.metadata).toEqual({ paymentId: "0123456789abcdef0123456789abcdef" });
    expect(await charges(digits)).toBe(1);
  });

  it.each([
    ["019", "PAYER_LIMIT_REACHED"],
    ["029", "PAYER_NOT_FOUND"],
    ["039", "PAYMENT_NOT_APPROVED"],
    ["049", "INSUFFICIENT_BALANCE"],
    ["069", "UNSPECIFIED_FAILURE"],
  ])("%s fails with %s and is not charged", async (digits, failureCode) => {
    const before = sandbox.receiver.received.length;
    const depositId = await accept(digits);
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    expect((await check(depositId))["data"]).toMatchObject({ status: "FAILED", failureReason: { failureCode } });
    expect(told(depositId)[0]?.body).toMatchObject({ status: "FAILED", failureReason: { failureCode } });
    expect(await charges(digits)).toBe(0);
  });

  it("129 stays under way and is never told", async () => {
    const depositId = await accept("129");
    await sandbox.advance(7 * 86_400);
    expect((await check(depositId))["data"].status).toBe("PROCESSING");
    expect(told(depositId)).toEqual([]);
    expect(await charges("129")).toBe(0);
  });

  it("139 is charged, loses the answer, and calls back three seconds later", async () => {
    const before = sandbox.receiver.received.length;
    const body = depositBody(number("139"));
    await expect(sandbox.pawapay("/v2/deposits", body)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(await charges("139")).toBe(1);
    expect((await check(body.depositId))["data"].status).toBe("COMPLETED");
    expect((await sandbox.pawapay("/v2/deposits", body)).json["status"]).toBe("DUPLICATE_IGNORED");
    expect(told(body.depositId)).toEqual([]);
    await sandbox.advance(3);
    await sandbox.receiver.have(before + 1);
    expect(told(body.depositId)[0]?.body).toMatchObject({ status: "COMPLETED" });
    expect(await charges("139")).toBe(1);
  });

  it("149 is charged and known to the query alone", async () => {
    const depositId = await accept("149");
    await sandbox.advance(3_600);
    expect((await check(depositId))["data"].status).toBe("COMPLETED");
    expect(told(depositId)).toEqual([]);
    expect(await charges("149")).toBe(1);
  });

  it("159 is told twice as completed and once as failed, and stays completed", async () => {
    const before = sandbox.receiver.received.length;
    const depositId = await accept("159");
    await sandbox.advance(2);
    await sandbox.receiver.have(before + 3);
    expect(told(depositId).map(({ body }) => body["status"])).toEqual(["COMPLETED", "COMPLETED", "FAILED"]);
    expect((await check(depositId))["data"].status).toBe("COMPLETED");
    expect(await charges("159")).toBe(1);
  });

  it("169 is told as not approved, and ten seconds later as completed", async () => {
    const before = sandbox.receiver.received.length;
    const depositId = await accept("169");
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    expect((await check(depositId))["data"]).toMatchObject({
      status: "FAILED",
      failureReason: { failureCode: "PAYMENT_NOT_APPROVED" },
    });
    expect(await charges("169")).toBe(0);
    await sandbox.advance(10);
    await sandbox.receiver.have(before + 2);
    expect(told(depositId).map(({ body }) => body["status"])).toEqual(["FAILED", "COMPLETED"]);
    expect((await check(depositId))["data"].status).toBe("COMPLETED");
    expect(await charges("169")).toBe(1);
  });

  it("179 is rejected as temporarily unavailable and leaves no trace", async () => {
    const body = depositBody(number("179"));
    const { status, json } = await sandbox.pawapay("/v2/deposits", body);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      depositId: body.depositId,
      status: "REJECTED",
      failureReason: { failureCode: "PROVIDER_TEMPORARILY_UNAVAILABLE" },
    });
    expect(await check(body.depositId)).toEqual({ status: "NOT_FOUND" });
    expect(await charges("179")).toBe(0);
  });

  it("189 is answered with a broken 500 and leaves no trace", async () => {
    const body = depositBody(number("189"));
    const { status, text } = await sandbox.pawapay("/v2/deposits", body);
    expect(status).toBe(500);
    expect(() => JSON.parse(text)).toThrow();
    expect(await check(body.depositId)).toEqual({ status: "NOT_FOUND" });
    expect(await charges("189")).toBe(0);
  });

  it.each([
    ["089", "RECIPIENT_NOT_FOUND"],
    ["119", "UNSPECIFIED_FAILURE"],
    ["019", "WALLET_LIMIT_REACHED"],
    ["049", "PAWAPAY_WALLET_OUT_OF_FUNDS"],
  ])("%s as the recipient of a payout fails with %s", async (digits, failureCode) => {
    const body = payoutBody(number(digits));
    expect((await sandbox.pawapay("/v2/payouts", body)).json["status"]).toBe("ACCEPTED");
    await sandbox.advance(1);
    const { data } = (await sandbox.pawapay(`/v2/payouts/${body.payoutId}`)).json;
    expect(data).toMatchObject({ status: "FAILED", failureReason: { failureCode } });
  });
});
