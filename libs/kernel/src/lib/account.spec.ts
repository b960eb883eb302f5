import { describe, expect, it } from "@jest/globals";
import { accountOf, isMerchantId, merchantId, parseAccount } from "./account.js";

const merchant = merchantId("8f14e45fceea167a5a36dedd4bea2543");

describe("an account", () => {
  it("is a merchant in a mode", () => {
    expect(accountOf(merchant, "test")).toBe("8f14e45fceea167a5a36dedd4bea2543/test");
    expect(parseAccount(accountOf(merchant, "live"))).toEqual({ merchantId: merchant, mode: "live" });
  });

  it.each(["", merchant, `${merchant}/`, `${merchant}/prod`, `${merchant}/test/x`, "x/test", `${merchant.toUpperCase()}/test`])("is not %j", (text) =>
    expect(() => parseAccount(text)).toThrow(RangeError),
  );

  it("has a merchant id of 32 lower-case hex digits", () => {
    expect(isMerchantId("8F14E45FCEEA167A5A36DEDD4BEA2543")).toBe(false);
    expect(isMerchantId(`${merchant}0`)).toBe(false);
    expect(isMerchantId(`${merchant}\n`)).toBe(false);
  });
});
