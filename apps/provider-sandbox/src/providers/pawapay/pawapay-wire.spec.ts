import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { depositBody, Harness, payoutBody } from "../../testing/harness.js";

describe("the pawaPay wire", () => {
  let sandbox: Harness;
  beforeAll(async () => (sandbox = await Harness.start()));
  afterAll(() => sandbox.end());

  const completed = async (changes: object = {}): Promise<string> => {
    const body = depositBody("243813456789", changes);
    await sandbox.pawapay("/v2/deposits", body);
    await sandbox.advance(1);
    return body.depositId;
  };
  const rejected = (failureCode: string) => ({ status: "REJECTED", failureReason: { failureCode } });
  const account = (phoneNumber: string, provider: string) => ({ payer: { type: "MMO", accountDetails: { phoneNumber, provider } } });

  it("refuses a missing token with 401 and a wrong one with 403", async () => {
    const missing = await sandbox.call("pawapay", "/v2/deposits", depositBody("243813456789"));
    expect(missing).toMatchObject({ status: 401, json: { failureReason: { failureCode: "NO_AUTHENTICATION" } } });
    const wrong = await sandbox.call("pawapay", "/v2/availability", undefined, { authorization: "Bearer other" });
    expect(wrong).toMatchObject({ status: 403, json: { failureReason: { failureCode: "AUTHENTICATION_ERROR" } } });
  });

  it.each([
    ["an unknown field", { extra: 1 }, "UNSUPPORTED_PARAMETER"],
    ["an id that is no UUID of version 4", { depositId: "0198d0a0-0000-7000-8000-000000000000" }, "INVALID_PARAMETER"],
    ["no amount", { amount: undefined }, "MISSING_PARAMETER"],
    ["an amount that is a number", { amount: 15 }, "INVALID_PARAMETER"],
    ["an amount with a zero in front", { amount: "015" }, "INVALID_PARAMETER"],
    ["an amount of nothing", { amount: "0.00" }, "INVALID_PARAMETER"],
    ["three decimals", { amount: "1.234" }, "INVALID_PARAMETER"],
    ["an exponent", { amount: "1e3" }, "INVALID_PARAMETER"],
    ["a message that is too short", { customerMessage: "abc" }, "INVALID_PARAMETER"],
    ["a message with signs", { customerMessage: "order #12" }, "INVALID_PARAMETER"],
    ["metadata as an object", { metadata: { a: "b" } }, "INVALID_PARAMETER"],
    ["eleven metadata fields", { metadata: Array.from({ length: 11 }, (_, i) => ({ [`f${i}`]: "x" })) }, "INVALID_PARAMETER"],
    ["a metadata field twice", { metadata: [{ a: "1" }, { a: "2" }] }, "DUPLICATE_METADATA_FIELD"],
    ["a party of another type", { payer: { type: "BANK", accountDetails: {} } }, "INVALID_PARAMETER"],
  ])("refuses %s with 400", async (_what, changes, failureCode) => {
    const { status, json } = await sandbox.pawapay("/v2/deposits", depositBody("243813456789", changes));
    expect(status).toBe(400);
    expect(json).toMatchObject(rejected(failureCode));
  });

  it("refuses what is not JSON with INVALID_INPUT", async () => {
    const { status, json } = await sandbox.pawapay("/v2/deposits", "{");
    expect([status, json["failureReason"].failureCode]).toEqual([400, "INVALID_INPUT"]);
  });

  it.each([
    ["decimals where there are none", { amount: "15.50", currency: "CDF" }, "INVALID_AMOUNT"],
    ["another country's currency", { currency: "KES" }, "INVALID_CURRENCY"],
    ["an unknown provider", account("243813456789", "MPESA_COD"), "INVALID_PROVIDER"],
    ["another country's number", account("254708374789", "VODACOM_MPESA_COD"), "INVALID_PHONE_NUMBER"],
    ["a plus before the number", account("+243813456789", "VODACOM_MPESA_COD"), "INVALID_PHONE_NUMBER"],
    ["an amount beyond the limit", { amount: "2500.01" }, "AMOUNT_OUT_OF_BOUNDS"],
  ])("rejects %s with 200 and keeps nothing", async (_what, changes, failureCode) => {
    const body = depositBody("243813456789", changes);
    const { status, json } = await sandbox.pawapay("/v2/deposits", body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ depositId: body.depositId, ...rejected(failureCode) });
    expect((await sandbox.pawapay(`/v2/deposits/${body.depositId}`)).json).toEqual({ status: "NOT_FOUND" });
  });

  it("takes one of many identical requests at once and charges once", async () => {
    const body = depositBody("243813456001");
    const answers = await Promise.all(Array.from({ length: 20 }, () => sandbox.pawapay("/v2/deposits", body)));
    const statuses = answers.map(({ json }) => json["status"] as string).sort();
    expect(statuses).toEqual(["ACCEPTED", ...Array.from({ length: 19 }, () => "DUPLICATE_IGNORED")]);
    await sandbox.advance(1);
    expect(await sandbox.ledger("?payer=243813456001")).toHaveLength(1);
  });

  it("serves the other countries of its table", async () => {
    const body = depositBody("", { ...account("256783456789", "MTN_MOMO_UGA"), currency: "UGX", amount: "1000.50" });
    expect((await sandbox.pawapay("/v2/deposits", body)).json["status"]).toBe("ACCEPTED");
    const kenya = depositBody("", { ...account("254708374789", "MPESA_KEN"), currency: "KES", amount: "100" });
    expect((await sandbox.pawapay("/v2/deposits", kenya)).json["status"]).toBe("ACCEPTED");
  });

  it("calls back again until the answer is 200", async () => {
    sandbox.receiver.answerWith(503);
    const depositId = await completed();
    const told = () => sandbox.receiver.received.filter(({ body }) => body["depositId"] === depositId);
    const toldTimes = async (times: number) => {
      while (told().length < times) await sandbox.receiver.have(sandbox.receiver.received.length + 1);
    };
    await toldTimes(1);
    sandbox.receiver.answerWith(200);
    await sandbox.advance(2);
    await toldTimes(2);
    expect(told()[1]).toEqual(told()[0]);
    await sandbox.advance(1_000);
    expect(told()).toHaveLength(2);
  });

  it("repeats a callback on request, for what is final", async () => {
    const depositId = await completed();
    const before = (await sandbox.receiver.have(1)).length;
    expect((await sandbox.pawapay(`/v2/deposits/resend-callback/${depositId}`, "")).json["status"]).toBe("ACCEPTED");
    await sandbox.receiver.have(before + 1);
    const unknown = await sandbox.pawapay(`/v2/deposits/resend-callback/${randomUUID()}`, "");
    expect(unknown.json).toMatchObject(rejected("NOT_FOUND"));
    const open = depositBody("243813456129");
    await sandbox.pawapay("/v2/deposits", open);
    const early = await sandbox.pawapay(`/v2/deposits/resend-callback/${open.depositId}`, "");
    expect(early.json).toMatchObject(rejected("INVALID_STATE"));
  });

  it("pays out, one by one and in bulk", async () => {
    const one = payoutBody("243813456002");
    expect((await sandbox.pawapay("/v2/payouts", one)).json).toMatchObject({ payoutId: one.payoutId, status: "ACCEPTED" });
    const many = [payoutBody("243813456002"), payoutBody("243813456002", { amount: "1" }), { ...one }];
    const { json } = await sandbox.pawapay("/v2/payouts/bulk", many);
    expect((json as unknown as { status: string }[]).map(({ status }) => status)).toEqual(["ACCEPTED", "ACCEPTED", "DUPLICATE_IGNORED"]);
    await sandbox.advance(1);
    const entries = await sandbox.ledger("?payer=243813456002");
    expect(entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ["payout", "5.50"],
      ["payout", "5.50"],
      ["payout", "1"],
    ]);
    expect((await sandbox.pawapay(`/v2/payouts/${one.payoutId}`)).json["data"].recipient.accountDetails.phoneNumber).toBe("243813456002");
  });

  it("refunds a completed deposit up to its amount", async () => {
    const depositId = await completed();
    const refund = (changes: object = {}) => sandbox.pawapay("/v2/refunds", { refundId: randomUUID(), depositId, ...changes });
    expect((await refund({ amount: "15.01" })).json).toMatchObject(rejected("AMOUNT_TOO_LARGE"));
    const both = await Promise.all([refund({ amount: "10" }), refund({ amount: "10" })]);
    expect(both.map(({ json }) => json["status"]).sort()).toEqual(["ACCEPTED", "REJECTED"]);
    expect((await refund()).json).toMatchObject(rejected("REFUND_IN_PROGRESS"));
    await sandbox.advance(1);
    expect((await refund({ amount: "6" })).json).toMatchObject(rejected("AMOUNT_TOO_LARGE"));
    const { json } = await refund();
    await sandbox.advance(1);
    expect((await sandbox.pawapay(`/v2/refunds/${json["refundId"]}`)).json["data"]).toMatchObject({ status: "COMPLETED", amount: "5" });
    expect((await refund()).json).toMatchObject(rejected("DEPOSIT_ALREADY_REFUNDED"));
    const unpaid = depositBody("243813456129");
    await sandbox.pawapay("/v2/deposits", unpaid);
    expect((await refund({ depositId: unpaid.depositId })).json).toMatchObject(rejected("INVALID_STATE"));
    expect((await refund({ depositId: randomUUID() })).json).toMatchObject(rejected("NOT_FOUND"));
  });

  it.each([
    ["+243 81-345-6789", "COD", "VODACOM_MPESA_COD"],
    ["243893456789", "COD", "ORANGE_COD"],
    ["237653456789", "CMR", "MTN_MOMO_CMR"],
    ["22951345789", "BEN", "MTN_MOMO_BEN"],
    ["2250503456789", "CIV", "MTN_MOMO_CIV"],
    ["256753456789", "UGA", "AIRTEL_OAPI_UGA"],
  ])("predicts the provider of %s", async (phoneNumber, country, provider) => {
    const { json } = await sandbox.pawapay("/v2/predict-provider", { phoneNumber });
    expect(json).toEqual({ country, provider, phoneNumber: phoneNumber.replace(/\D/g, "") });
  });

  it("tells availability as a list and configuration as an object by type", async () => {
    const availability = (await sandbox.pawapay("/v2/availability?country=ZMB&operationType=DEPOSIT")).json;
    expect(availability).toMatchObject([
      { country: "ZMB", providers: [{ operationTypes: [{ operationType: "DEPOSIT", status: "OPERATIONAL" }] }, {}, {}] },
    ]);
    const conf = (await sandbox.pawapay("/v2/active-conf?country=KEN")).json;
    expect(conf["countries"][0].providers[0]).toMatchObject({
      provider: "MPESA_KEN",
      currencies: [
        {
          currency: "KES",
          operationTypes: { DEPOSIT: { decimalsInAmount: "NONE" }, PAYOUT: { decimalsInAmount: "TWO_PLACES" } },
        },
      ],
    });
  });
});
