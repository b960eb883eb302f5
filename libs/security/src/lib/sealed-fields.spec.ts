import { describe, expect, it } from "@jest/globals";
import type { Sealed } from "@malipo/kernel";
import { type SealContext, SealBrokenError, isSealed, keyIdOf, openWith, sealWith } from "./sealed-fields.js";

const key = Buffer.alloc(32, 1);
const nonce = Buffer.alloc(12, 2);
const context: SealContext = { account: "0123456789abcdef0123456789abcdef/test", payer: "-", purpose: "personal-data", field: "f" };
const sealed = sealWith(key, "0123456789abcdef", nonce, context, "hello");

describe("a sealed field", () => {
  it("keeps the frozen form", () => expect(sealed).toBe("v1.0123456789abcdef.AgICAgICAgICAgIC.b7OlJSWEATdYfhx6HJ8PTUSjSqP5"));

  it("names its key and opens in its own place", () => {
    expect(isSealed(sealed)).toBe(true);
    expect(keyIdOf(sealed)).toBe("0123456789abcdef");
    expect(openWith(key, context, sealed).toString()).toBe("hello");
  });

  it("seals an empty text and bytes as well", () => {
    expect(openWith(key, context, sealWith(key, "0123456789abcdef", nonce, context, ""))).toHaveLength(0);
    const bytes = Uint8Array.from([0, 255, 128]);
    expect([...openWith(key, context, sealWith(key, "0123456789abcdef", nonce, context, bytes))]).toEqual([...bytes]);
  });

  it.each<[string, Partial<SealContext>]>([
    ["account", { account: "0123456789abcdef0123456789abcdef/live" }],
    ["payer", { payer: "someone" }],
    ["purpose", { purpose: "callback-secrets" }],
    ["field", { field: "g" }],
  ])("does not open in another %s", (_, change) =>
    expect(() => openWith(key, { ...context, ...change }, sealed)).toThrow(SealBrokenError));

  it("does not open with another key, another key id, or any byte changed", () => {
    expect(() => openWith(Buffer.alloc(32, 9), context, sealed)).toThrow(SealBrokenError);
    expect(() => openWith(key, context, sealed.replace("0123456789abcdef", "1123456789abcdef") as Sealed)).toThrow(SealBrokenError);
    expect(() => openWith(key, context, sealed.replace("b7Ol", "b7Om") as Sealed)).toThrow(SealBrokenError);
    expect(() => openWith(key, context, "v2.x" as Sealed)).toThrow(SealBrokenError);
  });
});
