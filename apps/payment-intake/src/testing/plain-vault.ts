import type { Sealed } from "@malipo/kernel";
import type { KeyOwner, Vault } from "@malipo/ports";
import { systemRandom } from "@malipo/runtime";
import { openWith, sealWith } from "@malipo/security";

/** Real sealing with one key that lives and dies with the spec. */
export class OneKeyVault implements Vault {
  private readonly key = systemRandom.bytes(32);
  private readonly keyId = Buffer.from(systemRandom.bytes(16)).toString("base64url");

  async seal(owner: KeyOwner, field: string, plain: string | Uint8Array): Promise<Sealed> {
    return sealWith(this.key, this.keyId, systemRandom.bytes(12), contextOf(owner, field), plain);
  }

  async open(owner: KeyOwner, field: string, sealed: Sealed): Promise<Uint8Array | "erased"> {
    return openWith(this.key, contextOf(owner, field), sealed);
  }
}

const contextOf = ({ account, payer, purpose }: KeyOwner, field: string) => ({ account, payer: payer ?? "-", purpose, field });
