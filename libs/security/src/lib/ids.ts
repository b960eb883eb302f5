import type { AttemptId, MerchantId, Mode, PaymentId, Scope } from "@malipo/kernel";
import { createHash } from "node:crypto";

const digest = (parts: readonly (string | number)[]): Buffer => createHash("sha256").update(JSON.stringify(parts)).digest();

/**
 * The first 128 bits of SHA-256 over the JSON of what makes a payment unique. Frozen: a duplicate has to land on the
 * same id for ever, also after every row and cache has been lost.
 */
export const paymentIdOf = (merchantId: MerchantId, mode: Mode, scope: Scope, reference: string): PaymentId =>
  digest(["pay1", merchantId, mode, scope, reference]).toString("hex", 0, 16) as PaymentId;

/** A hash of the payment and the attempt's number, in the shape of a UUIDv4 because some providers insist on one. */
export const attemptIdOf = (paymentId: PaymentId, number: number): AttemptId => {
  const bytes = digest(["att1", paymentId, number]).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-") as AttemptId;
};
