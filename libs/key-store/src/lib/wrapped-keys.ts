import type { KeyPurpose } from "@malipo/ports";

/** Frozen: the number is what is kept in memory for each key. */
const purposes: readonly KeyPurpose[] = ["personal-data", "callback-secrets", "provider-credentials", "token-keys", "provider-evidence"];
const KEY_ID_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + 2;

export type WrappedKey = Readonly<{ keyId: string; wrapped: Uint8Array }>;

/**
 * Every wrapped data key of the platform, by owner (`<account>/<payer>`). There may be millions, so an owner is one map
 * entry with one small buffer: per key a purpose byte, the 16 bytes of its id, a length, and the wrapped bytes.
 */
export class WrappedKeys {
  private readonly owners = new Map<string, Buffer>();

  /** A key already known is left as it is. */
  add(owner: string, purpose: KeyPurpose, { keyId, wrapped }: WrappedKey): void {
    const known = this.owners.get(owner);
    if (known !== undefined && offsetOf(known, idBytes(keyId)) >= 0) return;
    const entry = Buffer.allocUnsafeSlow((known?.length ?? 0) + HEAD_BYTES + wrapped.byteLength);
    let at = known?.copy(entry) ?? 0;
    entry[at] = purposes.indexOf(purpose);
    at += 1 + idBytes(keyId).copy(entry, at + 1);
    at = entry.writeUInt16BE(wrapped.byteLength, at);
    entry.set(wrapped, at);
    this.owners.set(owner, entry);
  }

  remove(owner: string, keyId: string): void {
    const known = this.owners.get(owner);
    const at = known === undefined ? -1 : offsetOf(known, idBytes(keyId));
    if (known === undefined || at < 0) return;
    const rest = Buffer.concat([known.subarray(0, at), known.subarray(next(known, at))]);
    known.fill(0);
    if (rest.length === 0) this.owners.delete(owner);
    else this.owners.set(owner, rest);
  }

  find(owner: string, keyId: string): WrappedKey | undefined {
    const known = this.owners.get(owner);
    const at = known === undefined ? -1 : offsetOf(known, idBytes(keyId));
    return at < 0 ? undefined : entryAt(known!, at);
  }

  /** The key to seal with: the first that the log gave for this purpose, so that instances agree where they can. */
  current(owner: string, purpose: KeyPurpose): WrappedKey | undefined {
    const known = this.owners.get(owner);
    for (let at = 0; known !== undefined && at < known.length; at = next(known, at)) {
      if (known[at] === purposes.indexOf(purpose)) return entryAt(known, at);
    }
    return undefined;
  }

  keyIds(owner: string): string[] {
    const known = this.owners.get(owner);
    const ids: string[] = [];
    for (let at = 0; known !== undefined && at < known.length; at = next(known, at)) ids.push(entryAt(known, at).keyId);
    return ids;
  }

  get ownerCount(): number {
    return this.owners.size;
  }
}

export const isKeyId = (text: string): boolean => /^[A-Za-z0-9_-]{22}$/.test(text);
export const isPurpose = (text: unknown): text is KeyPurpose => (purposes as readonly unknown[]).includes(text);

const idBytes = (keyId: string): Buffer => Buffer.from(keyId, "base64url");

const next = (entries: Buffer, at: number): number => at + HEAD_BYTES + entries.readUInt16BE(at + 1 + KEY_ID_BYTES);

const offsetOf = (entries: Buffer, id: Buffer): number => {
  for (let at = 0; at < entries.length; at = next(entries, at)) {
    if (entries.compare(id, 0, KEY_ID_BYTES, at + 1, at + 1 + KEY_ID_BYTES) === 0) return at;
  }
  return -1;
};

const entryAt = (entries: Buffer, at: number): WrappedKey => ({
  keyId: entries.toString("base64url", at + 1, at + 1 + KEY_ID_BYTES),
  wrapped: entries.subarray(at + HEAD_BYTES, next(entries, at)),
});
