import { describe, expect, it } from "@jest/globals";
import { FileKeyRing } from "./file-key-ring.js";

const ring = FileKeyRing.of({ "personal-data": new Uint8Array(32).fill(1), "token-keys": new Uint8Array(32).fill(2) });
const dataKey = new Uint8Array(32).fill(7);

describe("a key ring", () => {
  it("opens what it wrapped for the same purpose and context", () => {
    const wrapped = ring.wrap("personal-data", dataKey, "account/payer/key");
    expect(Buffer.from(wrapped).includes(Buffer.from(dataKey))).toBe(false);
    expect(Buffer.from(ring.unwrap("personal-data", wrapped, "account/payer/key"))).toEqual(Buffer.from(dataKey));
  });

  it("refuses a wrapped key that was moved to another context or purpose", () => {
    const wrapped = ring.wrap("personal-data", dataKey, "account/payer/key");
    expect(() => ring.unwrap("personal-data", wrapped, "other/payer/key")).toThrow(expect.objectContaining({ code: "unwrap_failed" }));
    expect(() => ring.unwrap("token-keys", wrapped, "account/payer/key")).toThrow(expect.objectContaining({ code: "unwrap_failed" }));
  });

  it("says so when it was not given the purpose", () => {
    expect(() => ring.wrap("provider-evidence", dataKey, "x")).toThrow(expect.objectContaining({ code: "key_not_held" }));
  });
});
