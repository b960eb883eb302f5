import { createCipheriv, createDecipheriv, hash } from "node:crypto";
import type { KeyPurpose, KeyRing } from "@malipo/ports";

const nonceBytes = 12;
const tagBytes = 16;

/** Wraps as a key ring does, with a nonce that the same seed gives again. Every data key is wrapped once, so it never repeats. */
export class SeededKeyRing implements KeyRing {
  wrap(purpose: KeyPurpose, dataKey: Uint8Array, context: string): Uint8Array {
    const cipher = createCipheriv("aes-256-gcm", keyOf(purpose), nonceOf(context)).setAAD(Buffer.from(context));
    return Buffer.concat([cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  }

  unwrap(purpose: KeyPurpose, wrapped: Uint8Array, context: string): Uint8Array {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(purpose), nonceOf(context)).setAAD(Buffer.from(context));
    decipher.setAuthTag(wrapped.subarray(-tagBytes));
    return Buffer.concat([decipher.update(wrapped.subarray(0, -tagBytes)), decipher.final()]);
  }
}

const keyOf = (purpose: KeyPurpose): Uint8Array => hash("sha256", `simulated key of ${purpose}`, "buffer");

const nonceOf = (context: string): Uint8Array => hash("sha256", context, "buffer").subarray(0, nonceBytes);
