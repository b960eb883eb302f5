import { describe, expect, it } from "@jest/globals";
import type { AttemptId } from "@malipo/kernel";
import { attemptToken, readAttemptToken } from "./attempt-token.js";

const secret = Buffer.alloc(32, 3);
const attemptId = "e5c89fd7-4298-4936-9092-c7fefccb5384" as AttemptId;
const token = "5cif10KYSTaQksf-_MtThAmNGMYk3_BmbiHV2k9FshQ";

describe("an attempt token", () => {
  it("keeps the frozen value and names its attempt", () => {
    expect(attemptToken(secret, attemptId)).toBe(token);
    expect(readAttemptToken(secret, token)).toBe(attemptId);
  });

  it("is not taken with any character changed, from another secret, or of another form", () => {
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
      expect(readAttemptToken(secret, changed)).toBeUndefined();
    }
    expect(readAttemptToken(Buffer.alloc(32, 4), token)).toBeUndefined();
    expect(readAttemptToken(secret, `${token}A`)).toBeUndefined();
    expect(readAttemptToken(secret, "")).toBeUndefined();
  });
});
