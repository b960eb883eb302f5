import type { AttemptId } from "@malipo/kernel";
import { createHmac } from "node:crypto";
import { timingSafeEqualText } from "./timing-safe.js";

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The secret path part of an attempt's webhook URL: the attempt's 16 bytes and a 128-bit MAC of them, so that a
 * webhook names its attempt even when the reply to our call was lost, and nobody can make one up.
 */
export const attemptToken = (secret: Uint8Array, attemptId: AttemptId): string => {
  if (!uuidForm.test(attemptId)) throw new RangeError("an attempt id has the shape of a UUIDv4");
  const id = Buffer.from(attemptId.replaceAll("-", ""), "hex");
  const mac = createHmac("sha256", secret).update("malipo.attempt.1\n").update(id).digest().subarray(0, 16);
  return Buffer.concat([id, mac]).toString("base64url");
};

/** The attempt that a token was made for, or undefined for any text that we did not make. */
export const readAttemptToken = (secret: Uint8Array, token: string): AttemptId | undefined => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return undefined;
  const hex = Buffer.from(token, "base64url").toString("hex", 0, 16);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-") as AttemptId;
  return uuidForm.test(id) && timingSafeEqualText(attemptToken(secret, id), token) ? id : undefined;
};
