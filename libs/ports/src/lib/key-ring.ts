/** One key-encryption key each, so that a service can open only what it was given. */
export type KeyPurpose = "personal-data" | "callback-secrets" | "provider-credentials" | "token-keys" | "provider-evidence";

/**
 * Wraps data keys with the key-encryption key of a purpose: a file per purpose in development, a KMS in production.
 * `context` is authenticated, so that a wrapped key cannot be moved to another account or owner.
 */
export interface KeyRing {
  wrap(purpose: KeyPurpose, dataKey: Uint8Array, context: string): Uint8Array;
  /** @throws Error with code `key_not_held` for a purpose this service was not given, `unwrap_failed` otherwise. */
  unwrap(purpose: KeyPurpose, wrapped: Uint8Array, context: string): Uint8Array;
}
