import { describe, expect, it } from "@jest/globals";
import { inspect } from "node:util";
import { Redacted, isRedactedField, redactFields } from "./redaction.js";
import { prefixedToken, randomToken } from "./tokens.js";

describe("redaction", () => {
  it("prints nothing of a wrapped value, however it is printed", () => {
    const secret = new Redacted("hunter2");
    const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret}`, inspect(secret, { depth: 9, showHidden: true })];
    for (const text of printed) {
      expect(text).toContain("[redacted]");
      expect(text).not.toContain("hunter2");
    }
    expect(secret.reveal()).toBe("hunter2");
  });

  it("hides fields by name at any depth, in any spelling", () => {
    expect(isRedactedField("client_secret")).toBe(true);
    expect(isRedactedField("Authorization")).toBe(true);
    expect(isRedactedField("walletID")).toBe(true);
    const cleaned = redactFields({ request: { headers: { authorization: "Bearer x" }, body: [{ walletID: "243" }] }, status: 200 });
    expect(cleaned).toEqual({ request: { headers: { authorization: "[redacted]" }, body: [{ walletID: "[redacted]" }] }, status: 200 });
  });

  it("ends on a cycle and keeps what an error says", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(JSON.stringify(redactFields(cycle))).toContain("[deep]");
    expect(redactFields({ error: new Error("why", { cause: new Error("deeper") }) })).toMatchObject({ error: { message: "why", cause: { message: "deeper" } } });
  });
});

describe("tokens", () => {
  const random = { bytes: (length: number) => new Uint8Array(length).fill(255) };

  it("carry at least 128 bits", () => {
    expect(randomToken(random)).toHaveLength(43);
    expect(() => randomToken(random, 15)).toThrow(RangeError);
  });

  it("say by a prefix what they are", () => expect(prefixedToken("kds_test", random, 16)).toBe("kds_test______________________w"));
});
