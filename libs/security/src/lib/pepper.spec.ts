import { describe, expect, it } from "@jest/globals";
import { accountOf, merchantId } from "@malipo/kernel";
import { Pepper } from "./pepper.js";

const account = accountOf(merchantId("0123456789abcdef0123456789abcdef"), "test");
const other = accountOf(merchantId("0123456789abcdef0123456789abcdef"), "live");
const pepper = new Pepper(Buffer.alloc(32, 7));

describe("the pepper", () => {
  it("keeps the frozen values", () => {
    expect(pepper.payerId(account, "+243812345789")).toBe("79ae6dea8dea8dd702665f3da21ad99a");
    expect(pepper.keyHash(account, "create", "k")).toBe("rNId7YS09FwO7UCWOh44nv7r2LXnIoc9-0HdRWBEXSI");
    expect(pepper.fingerprint(account, "{}")).toBe("7pZRdXMM19pyRV_-gOcMhxrTepWafSXiyt_Y-kntVX4");
    expect(pepper.secretHash("s")).toBe("o4Mph8oLb2FY5e84GQSj0dbPgkaRHloPJ2hGo8lYiq0");
  });

  it("hides that two accounts have the same payer", () =>
    expect(pepper.payerId(account, "+243812345789")).not.toBe(pepper.payerId(other, "+243812345789")));

  it("keeps operations and keys apart", () =>
    expect(pepper.keyHash(account, "a", "bc")).not.toBe(pepper.keyHash(account, "ab", "c")));

  it("verifies a secret and nothing else", () => {
    const hash = pepper.secretHash("secret");
    expect(pepper.verifySecret("secret", hash)).toBe(true);
    expect(pepper.verifySecret("secret ", hash)).toBe(false);
    expect(new Pepper(Buffer.alloc(32, 8)).verifySecret("secret", hash)).toBe(false);
  });

  it("stays right when more accounts came than it remembers", () => {
    const before = pepper.payerId(account, "+1");
    for (let n = 0; n < 5000; n++) pepper.payerId(accountOf(merchantId(n.toString(16).padStart(32, "0")), "test"), "+1");
    expect(pepper.payerId(account, "+1")).toBe(before);
  });

  it("refuses a short root", () => expect(() => new Pepper(Buffer.alloc(31))).toThrow(RangeError));
});
