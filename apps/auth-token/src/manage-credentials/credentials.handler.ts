import { type Instant, type MerchantId, type Mode, formatInstant } from "@malipo/kernel";
import { type MerchantDirectory, callbackSecretSeal } from "@malipo/merchant-directory";
import { type Credential, type CredentialId, type CredentialKind, callbackSecretsOf, liveSecrets } from "@malipo/merchant-lifecycle";
import { invalid, notFound } from "@malipo/http-api";
import type { Clock, Random, Vault } from "@malipo/ports";
import { type Pepper, newWebhookSecret } from "@malipo/security";
import type { CommandTrace, MerchantCommands } from "../decide-merchants/merchant-commands.js";
import { doneOrProblem, eventOrProblem } from "../decide-merchants/refusal-problem.js";
import type { CredentialUses } from "./credential-uses.js";
import { issuableKinds, newClientId, newClientSecret } from "./new-secret.js";

/** Secrets are in here in the clear, this once, on their way to the operator. */
export type ShownCredential = Readonly<{ credentialId: string; clientId: string; clientSecret: string; callbackSecret?: string }>;

export type ListedCredential = Readonly<{
  credentialId: string;
  kind: CredentialKind;
  mode: Mode;
  prefix: string;
  lastFour: string;
  createdAt: string;
  lastUsedAt: string | null;
  state: "active" | "rotating" | "revoked";
}>;

export class CredentialsHandler {
  constructor(
    private readonly commands: MerchantCommands,
    private readonly directory: MerchantDirectory,
    private readonly vault: Vault,
    private readonly pepper: Pepper,
    private readonly uses: CredentialUses,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  async add(merchantId: MerchantId, kind: CredentialKind, mode: Mode, trace: CommandTrace): Promise<ShownCredential> {
    if (!issuableKinds.includes(kind)) throw invalid({ kind: ["credential_kind_not_available: its interface is not served yet"] });
    const credentialId = this.random.uuid() as CredentialId;
    const clientId = newClientId(mode, this.random);
    const { shown: clientSecret, secret, lastFour } = newClientSecret(mode, this.random, this.pepper);
    const offered = await this.offerCallbackSecret(merchantId, mode);
    const event = eventOrProblem(
      await this.commands.execute(
        { type: "AddCredential", merchantId, credentialId, kind, mode, handle: clientId, secret, lastFour, ...offered?.command },
        trace,
      ),
    );
    const kept = event.type === "CredentialAdded" && event.callbackSecret !== undefined;
    return { credentialId, clientId, clientSecret, ...(kept && offered !== undefined && { callbackSecret: offered.shown }) };
  }

  async rotate(merchantId: MerchantId, credentialId: string, overlapSeconds: number, trace: CommandTrace): Promise<ShownCredential> {
    const { handle, mode } = await this.find(merchantId, credentialId);
    const { shown: clientSecret, secret, lastFour } = newClientSecret(mode, this.random, this.pepper);
    const command = { type: "RotateCredential", merchantId, credentialId: credentialId as CredentialId, secret, lastFour } as const;
    eventOrProblem(await this.commands.execute({ ...command, overlapMs: overlapSeconds * 1000 }, trace));
    return { credentialId, clientId: handle, clientSecret };
  }

  async revoke(merchantId: MerchantId, credentialId: string, trace: CommandTrace): Promise<void> {
    const command = { type: "RevokeCredential", merchantId, credentialId: credentialId as CredentialId } as const;
    doneOrProblem(await this.commands.execute(command, trace));
  }

  async list(merchantId: MerchantId): Promise<readonly ListedCredential[]> {
    await this.directory.caughtUp();
    const merchant = this.directory.merchant(merchantId);
    if (merchant === undefined) throw notFound();
    const lastUsed = await this.uses.lastUsed(merchant.credentials.map(({ credentialId }) => credentialId));
    return merchant.credentials.map((credential) => this.listed(credential, lastUsed.get(credential.credentialId)));
  }

  private listed(credential: Credential, lastUsed: Instant | undefined): ListedCredential {
    const { credentialId, kind, mode, handle, createdAt, secrets } = credential;
    const live = liveSecrets(credential, this.clock.now()).length;
    return {
      credentialId,
      kind,
      mode,
      prefix: handle,
      lastFour: secrets[0]?.lastFour ?? "",
      createdAt: formatInstant(createdAt),
      lastUsedAt: lastUsed === undefined ? null : formatInstant(lastUsed),
      state: live === 0 ? "revoked" : live > 1 ? "rotating" : "active",
    };
  }

  private async find(merchantId: MerchantId, credentialId: string): Promise<Credential> {
    await this.directory.caughtUp();
    const found = this.directory.merchant(merchantId)?.credentials.find((known) => known.credentialId === credentialId);
    if (found === undefined) throw notFound();
    return found;
  }

  /** Offered as long as none is known; the decider takes only the first. */
  private async offerCallbackSecret(merchantId: MerchantId, mode: Mode) {
    const merchant = this.directory.merchant(merchantId);
    if (merchant !== undefined && callbackSecretsOf(merchant, "kodipay", mode).length > 0) return undefined;
    const shown = newWebhookSecret(this.random);
    const { owner, field } = callbackSecretSeal(merchantId, "kodipay", mode);
    const sealed = await this.vault.seal(owner, field, shown);
    return { shown, command: { callbackSecret: { facade: "kodipay", sealed } } } as const;
  }
}
