import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { currency, currencyCodes } from "./currencies.js";
import { add, formatAmount, money, needsMoreDecimalsThan, parseAmount, sameMoney, subtract, zero } from "./money.js";

const usd = currency("USD");
const ugx = currency("UGX");
const kwd = currency("KWD");

describe("reading an amount", () => {
  it.each([
    ["10.00", usd, 1_000n],
    ["10", usd, 1_000n],
    ["0.1", usd, 10n],
    ["10.5000", usd, 1_050n],
    ["0", usd, 0n],
    ["5000", ugx, 5_000n],
    ["5000.00", ugx, 5_000n],
    ["0.005", kwd, 5n],
    ["9999999999999.99", usd, 999_999_999_999_999n],
  ])("takes %s %s", (text, code, minor) => expect(parseAmount(text, code)).toEqual({ minor, currency: code }));

  it.each(["", " 1", "1 ", "1.", ".5", "01", "00.10", "-1", "+1", "1e2", "1,000.00", "0x10", "NaN", "Infinity", "١٠", "1.0000000000000000000", "1\n"])(
    "refuses %j as no decimal",
    (text) => expect(parseAmount(text, usd)).toBe("not_a_decimal"),
  );

  it("refuses more decimals than the currency has, and never rounds", () => {
    expect(parseAmount("10.001", usd)).toBe("too_many_decimals");
    expect(parseAmount("10.5", ugx)).toBe("too_many_decimals");
    expect(parseAmount("0.0005", kwd)).toBe("too_many_decimals");
  });

  it("refuses what would not fit into a number at a provider", () => {
    expect(parseAmount("10000000000000.00", usd)).toBe("too_large");
    expect(parseAmount("1000000000000000", ugx)).toBe("not_a_decimal");
  });

  it("reads back whatever was written, in every currency", () =>
    fc.assert(
      fc.property(fc.constantFrom(...currencyCodes()), fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (code, minor) => {
        expect(parseAmount(formatAmount(money(minor, code)), code)).toEqual({ minor, currency: code });
      }),
    ));
});

describe("writing an amount", () => {
  it("has exactly the currency's decimals", () => {
    expect(formatAmount(money(1_000n, usd))).toBe("10.00");
    expect(formatAmount(money(5n, usd))).toBe("0.05");
    expect(formatAmount(money(0n, ugx))).toBe("0");
    expect(formatAmount(money(5n, kwd))).toBe("0.005");
    expect(formatAmount(money(-5n, usd))).toBe("-0.05");
  });
});

describe("adding and comparing", () => {
  it("stays within one currency", () => {
    expect(add(money(1n, usd), money(2n, usd))).toEqual(money(3n, usd));
    expect(subtract(money(1n, usd), money(2n, usd))).toEqual(money(-1n, usd));
    expect(() => add(money(1n, usd), money(2n, kwd))).toThrow(RangeError);
    expect(() => subtract(money(1n, usd), money(2n, kwd))).toThrow(RangeError);
    expect(sameMoney(zero(usd), zero(kwd))).toBe(false);
    expect(sameMoney(zero(usd), money(0n, usd))).toBe(true);
  });

  it("knows which amounts a provider with fewer decimals cannot take", () => {
    expect(needsMoreDecimalsThan(money(1_050n, usd), 0)).toBe(true);
    expect(needsMoreDecimalsThan(money(1_000n, usd), 0)).toBe(false);
    expect(needsMoreDecimalsThan(money(1_050n, usd), 1)).toBe(false);
    expect(needsMoreDecimalsThan(money(1_050n, usd), 2)).toBe(false);
    expect(needsMoreDecimalsThan(money(7n, ugx), 2)).toBe(false);
  });
});
