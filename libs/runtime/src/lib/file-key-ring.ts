import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyPurpose, KeyRing } from "@malipo/ports";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class KeyRingError extends Error {
  constructor(
    readonly code: "key_not_held" | "unwrap_failed" | "key_unreadable",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "KeyRingError";
  }
}

/**
 * Key-encryption keys from files, one per purpose (`<purpose>.key`, 32 bytes), for development and small installations.
 * A service is given only the purposes it needs. Wrapping is AES-256-GCM: nonce, ciphertext, tag.
 */
export class FileKeyRing implements KeyRing {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  private constructor(keys: ReadonlyMap<string, Uint8Array>) {
    // Raw bytes would be made into such a key for every unwrapping, which costs more than the unwrapping.
    this.keys = new Map([...keys].map(([purpose, bytes]) => [purpose, createSecretKey(bytes)]));
  }

  /** `KEYRING_DIR` holds the files, `KEYRING_PURPOSES` names those that this service may use. */
  static fromEnv(env: Readonly<Record<string, string | undefined>>): FileKeyRing {
    const purposes = (env["KEYRING_PURPOSES"] ?? "").split(",").filter((purpose) => purpose !== "");
    const directory = env["KEYRING_DIR"];
    if (purposes.length > 0 && directory === undefined) {
      throw new KeyRingError("key_unreadable", "KEYRING_DIR is not set: it names the folder with the key-encryption keys");
    }
    return new FileKeyRing(new Map(purposes.map((purpose) => [purpose, readKey(join(directory!, `${purpose}.key`))])));
  }

  static of(keys: Readonly<Partial<Record<KeyPurpose, Uint8Array>>>): FileKeyRing {
    return new FileKeyRing(new Map(Object.entries(keys)));
  }

  wrap(purpose: KeyPurpose, dataKey: Uint8Array, context: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.key(purpose), nonce).setAAD(associatedData(purpose, context));
    return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  }

  unwrap(purpose: KeyPurpose, wrapped: Uint8Array, context: string): Uint8Array {
    const key = this.key(purpose);
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, wrapped.subarray(0, NONCE_BYTES))
        .setAAD(associatedData(purpose, context))
        .setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
      return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new KeyRingError("unwrap_failed", `a data key for ${purpose} does not open with the key held here`, { cause });
    }
  }

  private key(purpose: KeyPurpose): KeyObject {
    const key = this.keys.get(purpose);
    if (key === undefined) throw new KeyRingError("key_not_held", `this service holds no key for ${purpose}`);
    return key;
  }
}

const associatedData = (purpose: KeyPurpose, context: string): Uint8Array => Buffer.from(`malipo.wrap.1\n${purpose}\n${context}`);

/** Reads a 32-byte secret from a file. */
export const readKey = (path: string): Uint8Array => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new KeyRingError("key_unreadable", `cannot read ${path}`, { cause });
  }
  if (bytes.length !== 32) throw new KeyRingError("key_unreadable", `${path} must hold exactly 32 bytes`);
  return bytes;
};
