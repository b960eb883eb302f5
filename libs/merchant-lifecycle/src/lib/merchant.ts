import type { Instant, MerchantId, Mode } from "@malipo/kernel";
import type { CallbackEndpoint, CallbackSecret, Channel, Credential, Facade, SigningKey, Tier } from "./values.js";

type Common = Readonly<{
  merchantId: MerchantId;
  /** How many facts made this state; readers of the state topic drop what is not newer. */
  version: number;
}>;

export type OpenMerchant = Common &
  Readonly<{
    kind: "merchant";
    name: string;
    createdAt: Instant;
    kycValidated: boolean;
    credentials: readonly Credential[];
    callbackSecrets: readonly CallbackSecret[];
    tiers: readonly Tier[];
    endpoints: readonly CallbackEndpoint[];
    channels: readonly Channel[];
  }>;

export type Platform = Common & Readonly<{ kind: "platform"; signingKeys: readonly SigningKey[] }>;

export type AbsentMerchant = Common & Readonly<{ kind: "absent" }>;

/** What is known of one merchant, or of the platform, which is one aggregate more. */
export type Merchant = AbsentMerchant | OpenMerchant | Platform;

/** What `merchants.state.v1` holds. */
export type MerchantState = OpenMerchant | Platform;

export const initialMerchant = (merchantId: MerchantId): Merchant => ({ kind: "absent", merchantId, version: 0 });

/** The key that signs new tokens: the newest that was not retired. */
export const signingKeyOf = (merchant: Merchant): SigningKey | undefined =>
  merchant.kind === "platform" ? merchant.signingKeys.find(({ verifyUntil }) => verifyUntil === undefined) : undefined;

export const callbackSecretsOf = (merchant: OpenMerchant, facade: Facade, mode: Mode): readonly CallbackSecret[] =>
  merchant.callbackSecrets.filter((secret) => secret.facade === facade && secret.mode === mode);

/** The secrets of a credential that work at this time. */
export const liveSecrets = (credential: Credential, at: Instant): Credential["secrets"] =>
  credential.revokedAt === undefined ? credential.secrets.filter(({ validUntil }) => validUntil === undefined || at < validUntil) : [];
