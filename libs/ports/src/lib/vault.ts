import type { Account, PayerId, Sealed } from "@malipo/kernel";
import type { KeyPurpose } from "./key-ring.js";

/** Whose data key: an account's own for a purpose, or one payer's within the account (that one can be erased). */
export type KeyOwner = Readonly<{ purpose: KeyPurpose; account: Account; payer?: PayerId }>;

/** Seals fields with data keys that are durable in `keys.state.v1` before the first ciphertext leaves the process. */
export interface Vault {
  /** `field` names what is sealed, such as `payment/<paymentId>/payer`, and is authenticated with it. */
  seal(owner: KeyOwner, field: string, plain: string | Uint8Array): Promise<Sealed>;
  /** "erased" only after this process has read `keys.state.v1` to its present end and the key is not there. */
  open(owner: KeyOwner, field: string, sealed: Sealed): Promise<Uint8Array | "erased">;
}
