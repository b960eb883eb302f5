import { type KeyObject, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { type Account, accountOf } from "@malipo/kernel";
import type { MerchantDirectory } from "@malipo/merchant-directory";
import { type KeyId, type MerchantCommand, PLATFORM_ID, type SigningKey, signingKeyOf } from "@malipo/merchant-lifecycle";
import type { Clock, KeyOwner, Random, Vault } from "@malipo/ports";
import type { MerchantCommands, Recorded } from "../decide-merchants/merchant-commands.js";

const platformAccount: Account = accountOf(PLATFORM_ID, "live");
const owner: KeyOwner = { purpose: "token-keys", account: platformAccount };
const fieldOf = (kid: string): string => `platform/signing-key/${kid}`;

export type PrivateKey = Readonly<{ kid: KeyId; key: KeyObject }>;

/** No key has been published yet, or its private half cannot be opened here. A later try may go well. */
export class NoSigningKeyError extends Error {
  readonly code = "not_ready";
}

/** The keys that sign access tokens, shared by all instances through the log. */
export class SigningKeys {
  private opened: PrivateKey | undefined;

  constructor(
    private readonly directory: MerchantDirectory,
    private readonly vault: Vault,
    private readonly commands: MerchantCommands,
    private readonly random: Random,
    private readonly clock: Clock,
    /** How long a token may still be alive after its key was replaced. */
    private readonly overlapMs: number,
  ) {}

  /** Publishes the first key unless there is one; of several instances that do so at once, all use the one recorded. */
  async ensure(): Promise<void> {
    if (this.current() === undefined) await this.publish(undefined);
  }

  /** Replaces the key that signs now. What it signed stays valid until it expires. */
  async rotate(): Promise<Recorded> {
    await this.directory.caughtUp();
    return this.publish(this.current()?.kid);
  }

  async retire(kid: KeyId): Promise<Recorded> {
    return this.commands.execute({ type: "RetireSigningKey", merchantId: PLATFORM_ID, kid, overlapMs: 0 });
  }

  /** @throws NoSigningKeyError */
  async private(): Promise<PrivateKey> {
    const current = this.current();
    if (current === undefined) throw new NoSigningKeyError("no signing key has been published yet");
    if (this.opened?.kid === current.kid) return this.opened;
    const pkcs8 = await this.vault.open(owner, fieldOf(current.kid), current.privateKey);
    if (pkcs8 === "erased") throw new NoSigningKeyError("the private half of the signing key was erased");
    this.opened = { kid: current.kid, key: createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }) };
    return this.opened;
  }

  /** What may still have signed a living token: RFC 7517, newest first. */
  keySet(): { keys: object[] } {
    const now = this.clock.now();
    const alive = this.directory.signingKeys().filter(({ verifyUntil }) => verifyUntil === undefined || now < verifyUntil);
    return { keys: alive.map(({ kid, publicKey: { kty, crv, x, y } }) => ({ kty, crv, x, y, kid, use: "sig", alg: "ES256" })) };
  }

  private current(): SigningKey | undefined {
    const platform = this.directory.platform();
    return platform === undefined ? undefined : signingKeyOf(platform);
  }

  private async publish(replaces: KeyId | undefined): Promise<Recorded> {
    const kid = Buffer.from(this.random.bytes(16)).toString("base64url") as KeyId;
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = pair.publicKey.export({ format: "jwk" });
    const pkcs8 = pair.privateKey.export({ format: "der", type: "pkcs8" });
    const command: MerchantCommand = {
      type: "PublishSigningKey",
      merchantId: PLATFORM_ID,
      kid,
      publicKey: { kty: "EC", crv: "P-256", x: x!, y: y! },
      privateKey: await this.vault.seal(owner, fieldOf(kid), pkcs8),
      overlapMs: this.overlapMs,
      ...(replaces !== undefined && { replaces }),
    };
    return this.commands.execute(command);
  }
}
