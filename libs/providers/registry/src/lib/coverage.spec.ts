import { describe, expect, it } from "@jest/globals";
import { currency, money } from "@malipo/kernel";
import { coverageFor } from "./coverage.js";

const operators = (country: string, code: string, payerAccount?: string, minor?: bigint) =>
  coverageFor({
    country,
    currency: code,
    method: "mobile_money",
    ...(payerAccount !== undefined && { payerAccount }),
    ...(minor !== undefined && { amount: money(minor, currency(code)) }),
  }).map(({ provider, coverage }) => `${provider}/${coverage.operator}`);

describe("what the platform serves", () => {
  it("finds the operator by the payer's prefix", () => {
    expect(operators("COD", "USD", "+243812345789")).toEqual(["pawapay/VODACOM_MPESA_COD"]);
    expect(operators("COD", "CDF", "+243972345789")).toEqual(["pawapay/AIRTEL_COD"]);
    expect(operators("CMR", "XAF", "+237653456789")).toEqual(["pawapay/MTN_MOMO_CMR"]);
    expect(operators("CMR", "XAF", "+237655456789")).toEqual(["pawapay/ORANGE_CMR"]);
    expect(operators("ZMB", "ZMW", "+260763456789")).toEqual(["pawapay/MTN_MOMO_ZMB"]);
    expect(operators("UGA", "UGX", "+256783456789")).toEqual(["pawapay/MTN_MOMO_UGA"]);
    expect(operators("TZA", "TZS", "+255743456789")).toEqual(["pawapay/VODACOM_TZA"]);
    expect(operators("MWI", "MWK", "+265993456789")).toEqual(["pawapay/AIRTEL_MWI"]);
  });

  it("offers both providers of Kenya, Daraja first", () =>
    expect(operators("KEN", "KES", "+254708374789")).toEqual(["daraja/MPESA", "pawapay/MPESA_KEN"]));

  it("offers nothing that would have to round, or that is out of bounds", () => {
    expect(operators("KEN", "KES", "+254708374789", 10_050n)).toEqual([]);
    expect(operators("KEN", "KES", "+254708374789", 30_000_000n)).toEqual(["pawapay/MPESA_KEN"]);
    expect(operators("COD", "CDF", "+243812345789", 500_050n)).toEqual([]);
    expect(operators("COD", "CDF", "+243972345789", 500_050n)).toEqual(["pawapay/AIRTEL_COD"]);
  });

  it("offers nothing for a number of no operator or of another country", () => {
    expect(operators("COD", "USD", "+243612345789")).toEqual([]);
    expect(operators("COD", "USD", "+254708374789")).toEqual([]);
    expect(operators("FRA", "EUR")).toEqual([]);
  });
});
