import type { Account, PayerId } from "@malipo/kernel";
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { timingSafeEqualText } from "./timing-safe.js";

const SUB_KEYS_MAX = 4096;

/**
 * Keyed hashes of what is only ever compared. A bare hash of a phone number is guessed in minutes, so each is an HMAC
 * under a sub-key of the account: equal phones of two accounts do not look equal either.
 */
export class Pepper {
  private readonly root: KeyObject;
  /** Deriving costs as much as using, so the latest sub-keys are kept, ready for use. */
  private readonly subKeys = new Map<string, KeyObject>();

  /** @throws RangeError below 256 bits. */
  constructor(root: Uint8Array) {
    if (root.byteLength < 32) throw new RangeError("a pepper has at least 32 bytes");
    this.root = createSecretKey(root);
  }

  /** `msisdn` is E.164 with its plus: the caller has normalised it, or one payer would be two. */
  payerId(account: Account, msisdn: string): PayerId {
    return this.mac(`payer/${account}`, msisdn).toString("hex", 0, 16) as PayerId;
  }

  /** One idempotency key means another thing in another operation. */
  keyHash(account: Account, operation: string, key: string): string {
    return this.mac(`key/${account}`, JSON.stringify([operation, key])).toString("base64url");
  }

  /** Of a request's canonical text. */
  fingerprint(account: Account, text: string): string {
    return this.mac(`fingerprint/${account}`, text).toString("base64url");
  }

  /** For machine-made secrets of 128 bits or more; a password of a person would need a slow hash instead. */
  secretHash(secret: string): string {
    return this.mac("secret", secret).toString("base64url");
  }

  verifySecret(secret: string, hash: string): boolean {
    return timingSafeEqualText(this.secretHash(secret), hash);
  }

  private mac(label: string, text: string): Buffer {
    return createHmac("sha256", this.subKey(label)).update(text, "utf8").digest();
  }

  private subKey(label: string): KeyObject {
    const known = this.subKeys.get(label);
    if (known !== undefined) return known;
    if (this.subKeys.size >= SUB_KEYS_MAX) this.subKeys.delete(this.subKeys.keys().next().value!);
    const made = createSecretKey(createHmac("sha256", this.root).update(`malipo.pepper.1\n${label}`, "utf8").digest());
    this.subKeys.set(label, made);
    return made;
  }
}
