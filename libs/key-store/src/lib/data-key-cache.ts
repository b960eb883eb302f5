import type { DataKey } from "@malipo/security";

/** Unwrapped data keys, the least lately used forgotten first: unwrapping may be a call to a KMS. */
export class DataKeyCache {
  private readonly keys = new Map<string, DataKey>();

  constructor(private readonly max: number) {}

  get(keyId: string): DataKey | undefined {
    const key = this.keys.get(keyId);
    if (key === undefined) return undefined;
    this.keys.delete(keyId);
    this.keys.set(keyId, key);
    return key;
  }

  put(keyId: string, key: DataKey): void {
    this.keys.delete(keyId);
    this.keys.set(keyId, key);
    if (this.keys.size > this.max) this.drop(this.keys.keys().next().value!);
  }

  /** The bytes are not wiped: a seal on its way may still be using them. */
  drop(keyId: string): void {
    this.keys.delete(keyId);
  }
}
