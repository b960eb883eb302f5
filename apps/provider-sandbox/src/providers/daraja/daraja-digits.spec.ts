import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Harness } from "../../testing/harness.js";

const number = (digits: string): string => `254708374${digits}`;
type StkCallback = { CheckoutRequestID: string; ResultCode: number; CallbackMetadata?: { Item: { Name: string; Value: unknown }[] } };

describe("a Daraja STK push by the payer's last digits", () => {
  let sandbox: Harness;
  beforeAll(async () => (sandbox = await Harness.start()));
  afterAll(() => sandbox.end());

  const charges = async (digits: string) => (await sandbox.ledger(`?payer=${number(digits)}`)).length;
  const lastTold = (count: number): StkCallback[] =>
    sandbox.receiver.received.slice(-count).map(({ body }) => (body["Body"] as { stkCallback: StkCallback }).stkCallback);
  const accept = async (digits: string): Promise<string> => {
    const { status, json } = await sandbox.push(number(digits));
    expect([status, json["ResponseCode"]]).toEqual([200, "0"]);
    return json["CheckoutRequestID"] as string;
  };
  const stillRunning = { status: 500, json: { errorCode: "500.001.1001" } };

  it.each(["789", "123", "089", "119"])("%s is charged once, told with its receipt, and known to the query", async (digits) => {
    const before = sandbox.receiver.received.length;
    const id = await accept(digits);
    expect(await sandbox.query(id)).toMatchObject(stillRunning);
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    const [callback] = lastTold(1);
    expect(callback).toMatchObject({ CheckoutRequestID: id, ResultCode: 0 });
    const items = Object.fromEntries(callback!.CallbackMetadata!.Item.map(({ Name, Value }) => [Name, Value]));
    const [entry] = await sandbox.ledger(`?payer=${number(digits)}`);
    expect(entry).toMatchObject({ kind: "charge", amount: "100", currency: "KES", paymentId: "p".repeat(32) });
    expect(items).toMatchObject({ Amount: 100, MpesaReceiptNumber: entry!.id, PhoneNumber: Number(number(digits)) });
    expect((await sandbox.query(id)).json).toMatchObject({ ResponseCode: "0", ResultCode: "0", CheckoutRequestID: id });
    expect(await charges(digits)).toBe(1);
  });

  it.each([
    ["019", 17],
    ["029", 1025],
    ["039", 1032],
    ["049", 1],
    ["069", 9999],
  ])("%s fails with %d and is not charged", async (digits, code) => {
    const before = sandbox.receiver.received.length;
    const id = await accept(digits);
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    expect(lastTold(1)[0]).toMatchObject({ CheckoutRequestID: id, ResultCode: code });
    expect(lastTold(1)[0]?.CallbackMetadata).toBeUndefined();
    expect((await sandbox.query(id)).json["ResultCode"]).toBe(String(code));
    expect(await charges(digits)).toBe(0);
  });

  it("129 is being processed for ever", async () => {
    const before = sandbox.receiver.received.length;
    const id = await accept("129");
    await sandbox.advance(7 * 86_400);
    expect(await sandbox.query(id)).toMatchObject(stillRunning);
    expect(sandbox.receiver.received.length).toBe(before);
    expect(await charges("129")).toBe(0);
  });

  it("139 is charged, loses the answer, and calls back three seconds later", async () => {
    const before = sandbox.receiver.received.length;
    await expect(sandbox.push(number("139"))).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(await charges("139")).toBe(1);
    expect(sandbox.receiver.received.length).toBe(before);
    await sandbox.advance(3);
    await sandbox.receiver.have(before + 1);
    expect(lastTold(1)[0]).toMatchObject({ ResultCode: 0 });
    expect(await charges("139")).toBe(1);
  });

  it("149 is charged and known to the query alone", async () => {
    const before = sandbox.receiver.received.length;
    const id = await accept("149");
    await sandbox.advance(3_600);
    expect((await sandbox.query(id)).json["ResultCode"]).toBe("0");
    expect(sandbox.receiver.received.length).toBe(before);
    expect(await charges("149")).toBe(1);
  });

  it("159 is told twice as paid and once as failed, and stays paid", async () => {
    const before = sandbox.receiver.received.length;
    const id = await accept("159");
    await sandbox.advance(2);
    await sandbox.receiver.have(before + 3);
    expect(lastTold(3).map(({ ResultCode }) => ResultCode)).toEqual([0, 0, 9999]);
    expect((await sandbox.query(id)).json["ResultCode"]).toBe("0");
    expect(await charges("159")).toBe(1);
  });

  it("169 times out by callback and query, and is paid ten seconds later by both", async () => {
    const before = sandbox.receiver.received.length;
    const id = await accept("169");
    await sandbox.advance(1);
    await sandbox.receiver.have(before + 1);
    expect(lastTold(1)[0]?.ResultCode).toBe(1037);
    expect((await sandbox.query(id)).json["ResultCode"]).toBe("1037");
    expect(await charges("169")).toBe(0);
    await sandbox.advance(10);
    await sandbox.receiver.have(before + 2);
    expect(lastTold(1)[0]?.ResultCode).toBe(0);
    expect((await sandbox.query(id)).json["ResultCode"]).toBe("0");
    expect(await charges("169")).toBe(1);
  });

  it("179 is busy at initiation and charges nothing", async () => {
    const answer = await sandbox.push(number("179"));
    expect(answer).toMatchObject({ status: 500, json: { errorCode: "500.001.1001" } });
    await sandbox.advance(60);
    expect(await charges("179")).toBe(0);
  });

  it("189 is answered with a broken 500 and charges nothing", async () => {
    const { status, text } = await sandbox.push(number("189"));
    expect(status).toBe(500);
    expect(() => JSON.parse(text)).toThrow();
    await sandbox.advance(60);
    expect(await charges("189")).toBe(0);
  });
});
