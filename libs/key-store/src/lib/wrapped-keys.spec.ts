import { describe, expect, it } from "@jest/globals";
import { WrappedKeys, isKeyId } from "./wrapped-keys.js";

const id = (byte: number): string => Buffer.alloc(16, byte).toString("base64url");
const key = (byte: number, length = 60) => ({ keyId: id(byte), wrapped: Buffer.alloc(length, byte) });

describe("the table of wrapped keys", () => {
  it("keeps several keys of one owner apart, by purpose and id, whatever their length", () => {
    const keys = new WrappedKeys();
    keys.add("a/test/-", "callback-secrets", key(1));
    keys.add("a/test/-", "provider-credentials", key(2, 200));
    keys.add("a/test/-", "callback-secrets", key(3, 0));
    expect(keys.current("a/test/-", "callback-secrets")?.keyId).toBe(id(1));
    expect(keys.find("a/test/-", id(2))?.wrapped).toEqual(Buffer.alloc(200, 2));
    expect(keys.keyIds("a/test/-")).toEqual([id(1), id(2), id(3)]);
    expect(keys.current("a/test/-", "token-keys")).toBeUndefined();
    expect(keys.current("a/live/-", "callback-secrets")).toBeUndefined();
    expect(keys.find("b/test/-", id(1))).toBeUndefined();
  });

  it("takes a key once, and forgets an owner with its last key", () => {
    const keys = new WrappedKeys();
    keys.add("a/test/p", "personal-data", key(1));
    keys.add("a/test/p", "personal-data", key(1));
    keys.add("a/test/p", "personal-data", key(2));
    keys.remove("a/test/p", id(1));
    keys.remove("a/test/p", id(9));
    expect(keys.keyIds("a/test/p")).toEqual([id(2)]);
    expect(keys.find("a/test/p", id(2))?.wrapped).toEqual(Buffer.alloc(60, 2));
    keys.remove("a/test/p", id(2));
    expect(keys.ownerCount).toBe(0);
  });

  it("knows an id when it sees one", () => {
    expect(isKeyId(id(7))).toBe(true);
    expect(isKeyId("-")).toBe(false);
  });
});
