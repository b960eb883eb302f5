import { describe, expect, it } from "@jest/globals";
import { currency, currencyCodes, exponentOf, isCurrencyCode } from "./currencies.js";

describe("the currencies", () => {
  it.each([
    ["USD", 2],
    ["CDF", 2],
    ["KES", 2],
    ["TZS", 2],
    ["UGX", 0],
    ["RWF", 0],
    ["XAF", 0],
    ["XOF", 0],
    ["BIF", 0],
    ["KWD", 3],
    ["TND", 3],
    ["MRU", 2],
    ["MGA", 2],
    ["CLF", 4],
    ["UYW", 4],
    ["ZWG", 2],
    ["XCG", 2],
  ])("gives %s %d decimals", (code, decimals) => expect(exponentOf(currency(code))).toBe(decimals));

  it("names each once, upper case, three letters", () => {
    const codes = currencyCodes();
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });

  // HRK, SLL, ZWL, ANG, CUC, BGN have ended; XAU and XXX have no minor unit; KSH is an alias on one facade alone.
  it.each(["HRK", "SLL", "ZWL", "ANG", "CUC", "BGN", "XAU", "XXX", "XTS", "KSH", "usd", "US", "", "__proto__", "toString"])("does not know %j", (code) => {
    expect(isCurrencyCode(code)).toBe(false);
    expect(() => currency(code)).toThrow(RangeError);
  });
});
