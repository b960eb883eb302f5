import type { Sealed } from "@malipo/kernel";
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";

/**
 * What a ciphertext is bound to. A sealed field copied to another account, payer, purpose, or place does not open.
 */
export type SealContext = Readonly<{
  account: string;
  /** `-` where the data key is the account's own. */
  payer: string;
  purpose: string;
  /** What is sealed, such as `payment/<paymentId>/payer`. */
  field: string;
}>;

export const DATA_KEY_BYTES = 32;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const form = /^v1\.([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

/** The ciphertext is not one of ours, or was made for another place, or was altered. */
export class SealBrokenError extends Error {
  readonly code = "seal_broken";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SealBrokenError";
  }
}

const authenticated = (keyId: string, { account, payer, purpose, field }: SealContext): Buffer =>
  Buffer.from(JSON.stringify(["malipo.seal.1", account, payer, purpose, field, keyId]), "utf8");

const parts = (sealed: string): { keyId: string; nonce: Buffer; body: Buffer } => {
  const match = form.exec(sealed);
  if (match === null) throw new SealBrokenError("not a sealed field of a known version");
  return { keyId: match[1]!, nonce: Buffer.from(match[2]!, "base64url"), body: Buffer.from(match[3]!, "base64url") };
};

/** Ready for use: raw bytes would be made into such a key for every field, which costs twice as much as the sealing. */
export type DataKey = KeyObject;

export const dataKeyOf = (bytes: Uint8Array): DataKey => createSecretKey(bytes);

export const isSealed = (text: string): text is Sealed => form.test(text);

/** The id of the data key that a sealed field names. @throws SealBrokenError */
export const keyIdOf = (sealed: Sealed): string => parts(sealed).keyId;

/**
 * AES-256-GCM as `v1.<keyId>.<nonce>.<ciphertext and tag>`. The nonce comes from the caller's source of randomness and
 * must be fresh for every call under one key.
 */
export const sealWith = (
  dataKey: Uint8Array | DataKey,
  keyId: string,
  nonce: Uint8Array,
  context: SealContext,
  plain: string | Uint8Array,
): Sealed => {
  if (nonce.byteLength !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes`);
  const cipher = createCipheriv("aes-256-gcm", dataKey, nonce);
  cipher.setAAD(authenticated(keyId, context));
  const body = Buffer.concat([typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `v1.${keyId}.${Buffer.from(nonce).toString("base64url")}.${body.toString("base64url")}` as Sealed;
};

/** @throws SealBrokenError when the key, the context, or a byte is another than when it was sealed. */
export const openWith = (dataKey: Uint8Array | DataKey, context: SealContext, sealed: Sealed): Buffer => {
  const { keyId, nonce, body } = parts(sealed);
  const decipher = createDecipheriv("aes-256-gcm", dataKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated(keyId, context));
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SealBrokenError("the sealed field does not open here", { cause });
  }
};
