import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Harness, daraja, pushBody } from "../../testing/harness.js";

describe("the Daraja wire", () => {
  let sandbox: Harness;
  beforeAll(async () => (sandbox = await Harness.start()));
  afterAll(() => sandbox.end());

  const payer = "254708374149";
  const oauth = (headers: Record<string, string>, grant = "client_credentials") =>
    sandbox.call("daraja", `/oauth/v1/generate?grant_type=${grant}`, undefined, headers);
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${daraja.consumerKey}:${secret}`).toString("base64")}`,
  });
  const body = pushBody(payer, "https://example.com/stk");
  const push = (headers: Record<string, string>) => sandbox.call("daraja", "/mpesa/stkpush/v1/processrequest", body, headers);

  it("gives a token for its keys, with its life time as a string", async () => {
    const { status, json } = await oauth(basic(daraja.consumerSecret));
    expect([status, json["expires_in"], typeof json["access_token"]]).toEqual([200, "3599", "string"]);
  });

  it("gives none for other keys or another grant", async () => {
    expect(await oauth(basic("other"))).toMatchObject({ status: 400, json: { errorCode: "400.008.01" } });
    expect(await oauth({})).toMatchObject({ status: 400, json: { errorCode: "400.008.01" } });
    expect(await oauth(basic(daraja.consumerSecret), "password")).toMatchObject({ status: 400, json: { errorCode: "400.008.02" } });
  });

  it("refuses no token, a wrong one, and one that has expired with 401", async () => {
    const refused = { status: 401, json: { errorCode: "404.001.03" } };
    expect(await push({})).toMatchObject(refused);
    expect(await push({ authorization: "Bearer 123456789012345678901234567890" })).toMatchObject(refused);
    const headers = await sandbox.darajaToken();
    expect((await push(headers)).status).toBe(200);
    await sandbox.advance(3_600);
    expect(await push(headers)).toMatchObject(refused);
  });

  it.each([
    ["an unknown field", "Remarks", { Remarks: "x" }],
    ["cents", "Amount", { Amount: "100.50" }],
    ["a fraction", "Amount", { Amount: 100.5 }],
    ["nothing", "Amount", { Amount: 0 }],
    ["too much", "Amount", { Amount: 250_001 }],
    ["a number of another country", "PartyA", { PartyA: "243813456789" }],
    ["a local number", "PhoneNumber", { PhoneNumber: "0708374149" }],
    ["another type", "TransactionType", { TransactionType: "CustomerPay" }],
    ["another receiver", "PartyB", { PartyB: "600000" }],
    ["a long reference", "AccountReference", { AccountReference: "1234567890123" }],
    ["a long description", "TransactionDesc", { TransactionDesc: "12345678901234" }],
    ["no address", "CallBackURL", { CallBackURL: "" }],
    ["a plain address elsewhere", "CallBackURL", { CallBackURL: "http://example.com/stk" }],
    ["an impossible time", "Timestamp", { Timestamp: "20261301000000" }],
  ])("refuses %s as a bad %s", async (_what, field, changes) => {
    const { status, json } = await sandbox.push(payer, changes);
    expect([status, json["errorCode"]]).toEqual([400, "400.002.02"]);
    expect(json["errorMessage"]).toBe(`Bad Request - Invalid ${field}`);
    expect(typeof json["requestId"]).toBe("string");
  });

  it("refuses a password of another pass key with its busy code", async () => {
    const { status, json } = await sandbox.push(payer, { Password: Buffer.from("174379other20260102030405").toString("base64") });
    expect([status, json["errorCode"], json["errorMessage"]]).toEqual([500, "500.001.1001", "Wrong credentials"]);
  });

  it("takes the same request twice for two, since nothing tells them apart", async () => {
    const answers = [await sandbox.push("254708374002"), await sandbox.push("254708374002")];
    expect(new Set(answers.map(({ json }) => json["CheckoutRequestID"])).size).toBe(2);
    await sandbox.advance(1);
    expect(await sandbox.ledger("?payer=254708374002")).toHaveLength(2);
  });

  it("refuses a query about an id that it never gave", async () => {
    expect(await sandbox.query("ws_CO_1")).toMatchObject({ status: 400, json: { errorCode: "400.002.02" } });
  });
});
