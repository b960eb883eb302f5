import { describe, expect, it } from "@jest/globals";
import { currency, money } from "@malipo/kernel";
import fc from "fast-check";
import { usd } from "../testing/messages.js";
import { splitByTerms } from "./fees.js";

const split = (amount: number, feeFixed: number, feeBasisPoints: number) => splitByTerms(usd(amount), { feeFixed: usd(feeFixed), feeBasisPoints });

describe("splitting an amount by the terms", () => {
  it.each([
    [1_000, 0, 0, 0],
    [1_000, 30, 250, 55],
    // 1.5 % of 0.33 is 0.00495: half and more goes up, less goes down.
    [33, 0, 150, 0],
    [50, 0, 100, 1],
    [49, 0, 100, 0],
    [20, 30, 0, 20],
    [100, 0, 12_000, 100],
  ])("takes of %d with %d fixed and %d basis points %d", (amount, fixed, points, fee) => {
    expect(split(amount, fixed, points)).toEqual({ fee: usd(fee), net: usd(amount - fee) });
  });

  it("takes whole units of a currency without decimals", () => {
    const ugx = currency("UGX");
    expect(splitByTerms(money(5_001n, ugx), { feeFixed: money(0n, ugx), feeBasisPoints: 100 }).fee).toEqual(money(50n, ugx));
  });

  it("always adds up and never exceeds", () =>
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(2_000), fc.nat(20_000), (amount, fixed, points) => {
        const { fee, net } = split(amount, fixed, points);
        expect(fee.minor + net.minor).toBe(BigInt(amount));
        expect(fee.minor >= 0n && net.minor >= 0n).toBe(true);
      }),
    ));
});
