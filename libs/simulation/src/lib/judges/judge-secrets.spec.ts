import { describe, expect, it } from "@jest/globals";
import { judgeSecrets } from "./judge-secrets.js";

const secret = { name: "the payer's number", secret: "243812345678" };
const found = (bytes: string | Uint8Array, changes = {}): readonly string[] => judgeSecrets([{ ...secret, ...changes }], [{ name: "a record", bytes }]).map(({ how }) => how);

describe("a planted secret", () => {
  it.each<[string, string | Uint8Array]>([
    ["as it is", '{"payer":"243812345678"}'],
    ["in bytes", Buffer.from("\u00ffpayer 243812345678")],
    ["in hexadecimal digits", Buffer.from("to 243812345678").toString("hex")],
    ...[0, 1, 2].map((shift): [string, string] => [`in base64 from place ${shift}`, Buffer.from(`${"x".repeat(shift)}243812345678 and more`).toString("base64")]),
    ["in base64 for addresses", Buffer.from("??>>243812345678??>>").toString("base64url")],
  ])("is found %s, and told by its name alone", (_, bytes) => expect(found(bytes)).toEqual(["the payer's number is in it"]));

  it("is not found where it is not", () => expect(found("243812345679 and its seal v1.AAAA.BBBB")).toEqual([]));

  it("may be looked for in plain alone", () => {
    expect(found(Buffer.from("243812345678").toString("base64"), { plainOnly: true })).toEqual([]);
    expect(found("243812345678", { plainOnly: true })).toHaveLength(1);
  });
});
