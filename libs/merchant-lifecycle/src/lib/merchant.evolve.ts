import { CorruptStreamError, type Instant, assertNever } from "@malipo/kernel";
import type { MerchantEvent } from "./messages.js";
import type { Merchant, OpenMerchant, Platform } from "./merchant.js";
import type { Credential, KeyId, LiveSecret, SigningKey } from "./values.js";

/** A leaked secret is rotated in a hurry, perhaps twice: so many older ones live on beside the newest, no more. */
const OLDER_SECRETS_MAX = 2;

type KeyEvent = Extract<MerchantEvent, { type: "SigningKeyPublished" | "SigningKeyRetired" }>;
type OpenEvent = Exclude<MerchantEvent, KeyEvent | { type: "MerchantOnboarded" }>;

/** Applies a fact without judging it. @throws CorruptStreamError for a history that `decide` cannot have written. */
export const evolve = (merchant: Merchant, event: MerchantEvent): Merchant => {
  if (event.type === "SigningKeyPublished" || event.type === "SigningKeyRetired") {
    if (merchant.kind === "merchant") throw new CorruptStreamError(event, "a merchant owns no signing key");
    return evolveKeys(merchant.kind === "platform" ? merchant : { ...merchant, kind: "platform", signingKeys: [] }, event);
  }
  if (event.type === "MerchantOnboarded") {
    if (merchant.kind !== "absent") throw new CorruptStreamError(event, "the merchant is there already");
    return {
      kind: "merchant",
      merchantId: event.merchantId,
      version: merchant.version + 1,
      name: event.name,
      createdAt: event.at,
      kycValidated: false,
      credentials: [],
      callbackSecrets: [],
      tiers: [],
      endpoints: [],
      channels: [],
    };
  }
  if (merchant.kind !== "merchant") throw new CorruptStreamError(event, "there is no such merchant");
  return { ...merchant, ...change(merchant, event), version: merchant.version + 1 };
};

const change = (merchant: OpenMerchant, event: OpenEvent): Partial<OpenMerchant> => {
  switch (event.type) {
    case "CredentialAdded": {
      const { credentialId, kind, mode, handle, secret, lastFour, callbackSecret, at } = event;
      const added: Credential = { credentialId, kind, mode, handle, createdAt: at, secrets: [{ secret, lastFour }] };
      return {
        credentials: [...merchant.credentials, added],
        ...(callbackSecret !== undefined && {
          callbackSecrets: [{ ...callbackSecret, mode, createdAt: at }, ...merchant.callbackSecrets],
        }),
      };
    }
    case "CredentialRotated":
      return credentialChange(merchant, event, (credential) => ({ ...credential, secrets: rotated(credential.secrets, event) }));
    case "CredentialRevoked":
      // The newest stays for its last four characters, by which people know it in the list.
      return credentialChange(merchant, event, (credential) => ({
        ...credential,
        revokedAt: event.at,
        secrets: credential.secrets.slice(0, 1),
      }));
    case "TierSet": {
      const { facade, perMinute, burst } = event;
      return { tiers: [...merchant.tiers.filter((tier) => tier.facade !== facade), { facade, perMinute, burst }] };
    }
    case "KycSet":
      return { kycValidated: event.validated };
    case "CallbackEndpointSet": {
      const { facade, config, events, signed } = event;
      return { endpoints: [...merchant.endpoints.filter((known) => known.facade !== facade), { facade, config, events, signed }] };
    }
    case "ChannelAdded": {
      const { channelId, provider, mode, credentials } = event;
      return { channels: [...merchant.channels, { channelId, provider, mode, credentials }] };
    }
    case "ChannelRemoved":
      return { channels: merchant.channels.filter(({ channelId }) => channelId !== event.channelId) };
    default:
      return assertNever(event);
  }
};

const credentialChange = (
  merchant: OpenMerchant,
  event: Extract<OpenEvent, { type: "CredentialRotated" | "CredentialRevoked" }>,
  to: (credential: Credential) => Credential,
): Partial<OpenMerchant> => {
  if (!merchant.credentials.some(({ credentialId }) => credentialId === event.credentialId)) {
    throw new CorruptStreamError(event, "there is no such credential");
  }
  return { credentials: merchant.credentials.map((known) => (known.credentialId === event.credentialId ? to(known) : known)) };
};

const rotated = (
  known: readonly LiveSecret[],
  { secret, lastFour, previousUntil, at }: Extract<MerchantEvent, { type: "CredentialRotated" }>,
): readonly LiveSecret[] => {
  const older = known
    .map((live) => ({ ...live, validUntil: earlier(live.validUntil, previousUntil) }))
    .filter(({ validUntil }) => at < validUntil);
  return [{ secret, lastFour }, ...older.slice(0, OLDER_SECRETS_MAX)];
};

const earlier = (a: Instant | undefined, b: Instant): Instant => (a !== undefined && a < b ? a : b);

const evolveKeys = (platform: Platform, event: KeyEvent): Platform => {
  const version = platform.version + 1;
  if (event.type === "SigningKeyRetired") {
    return { ...platform, version, signingKeys: retired(platform.signingKeys, event.kid, event.verifyUntil) };
  }
  const { kid, publicKey, privateKey, replaces, at } = event;
  // A key of which no token can be alive any more is dropped, so that the state does not grow with the years.
  const alive = platform.signingKeys.filter(({ verifyUntil }) => verifyUntil === undefined || at < verifyUntil);
  const older = replaces === undefined ? alive : retired(alive, replaces.kid, replaces.verifyUntil);
  return { ...platform, version, signingKeys: [{ kid, publicKey, privateKey, publishedAt: at }, ...older] };
};

const retired = (keys: readonly SigningKey[], kid: KeyId, verifyUntil: Instant): readonly SigningKey[] =>
  keys.map((key) => (key.kid === kid ? { ...key, verifyUntil } : key));
