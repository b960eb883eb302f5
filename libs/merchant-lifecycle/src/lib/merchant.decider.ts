import { type Decision, type Instant, assertNever, nothingNew, plus, record, refuse } from "@malipo/kernel";
import type { MerchantCommand, MerchantEvent, MerchantRefusal } from "./messages.js";
import { PLATFORM_ID } from "./messages.js";
import { type Merchant, type OpenMerchant, callbackSecretsOf, signingKeyOf } from "./merchant.js";

export type MerchantDecision = Decision<MerchantEvent, MerchantRefusal>;

/** What a command may change. Time comes from the caller, and nothing else is read. */
export const decide = (command: MerchantCommand, merchant: Merchant, { at }: Readonly<{ at: Instant }>): MerchantDecision => {
  if (command.type === "PublishSigningKey" || command.type === "RetireSigningKey") return decideKey(command, merchant, at);
  const { merchantId } = command;
  if (merchantId === PLATFORM_ID) return refuse("not_for_the_platform");
  if (command.type === "OnboardMerchant") {
    return merchant.kind === "absent" ? record({ type: "MerchantOnboarded", merchantId, at, name: command.name }) : refuse("merchant_exists");
  }
  if (merchant.kind !== "merchant") return refuse("merchant_not_found");
  return decideOpen(command, merchant, at);
};

type KeyCommand = Extract<MerchantCommand, { type: "PublishSigningKey" | "RetireSigningKey" }>;
type OpenCommand = Exclude<MerchantCommand, KeyCommand | { type: "OnboardMerchant" }>;

const decideOpen = (command: OpenCommand, merchant: OpenMerchant, at: Instant): MerchantDecision => {
  const { merchantId } = command;
  switch (command.type) {
    case "AddCredential": {
      if (credentialOf(merchant, command.credentialId) !== undefined) return refuse("credential_exists");
      const { callbackSecret, ...credential } = command;
      const first = callbackSecret !== undefined && callbackSecretsOf(merchant, callbackSecret.facade, command.mode).length === 0;
      return record({ ...credential, type: "CredentialAdded", at, ...(first && { callbackSecret }) });
    }
    case "RotateCredential": {
      const credential = credentialOf(merchant, command.credentialId);
      if (credential === undefined) return refuse("credential_not_found");
      if (credential.revokedAt !== undefined) return refuse("credential_revoked");
      const { credentialId, secret, lastFour, overlapMs } = command;
      return record({ type: "CredentialRotated", merchantId, at, credentialId, secret, lastFour, previousUntil: plus(at, overlapMs) });
    }
    case "RevokeCredential": {
      const credential = credentialOf(merchant, command.credentialId);
      if (credential === undefined) return refuse("credential_not_found");
      if (credential.revokedAt !== undefined) return nothingNew;
      return record({ type: "CredentialRevoked", merchantId, at, credentialId: command.credentialId });
    }
    case "SetTier": {
      const known = merchant.tiers.find(({ facade }) => facade === command.facade);
      if (known?.perMinute === command.perMinute && known.burst === command.burst) return nothingNew;
      return record({ ...command, type: "TierSet", at });
    }
    case "SetKyc":
      if (merchant.kycValidated === command.validated) return nothingNew;
      return record({ type: "KycSet", merchantId, at, validated: command.validated });
    case "SetCallbackEndpoint":
      return record({ ...command, type: "CallbackEndpointSet", at });
    case "AddChannel":
      if (merchant.channels.some(({ channelId }) => channelId === command.channelId)) return refuse("channel_exists");
      return record({ ...command, type: "ChannelAdded", at });
    case "RemoveChannel":
      if (!merchant.channels.some(({ channelId }) => channelId === command.channelId)) return refuse("channel_not_found");
      return record({ type: "ChannelRemoved", merchantId, at, channelId: command.channelId });
    default:
      return assertNever(command);
  }
};

const decideKey = (command: KeyCommand, platform: Merchant, at: Instant): MerchantDecision => {
  const { merchantId, kid } = command;
  if (merchantId !== PLATFORM_ID) return refuse("signing_key_not_found");
  const verifyUntil = plus(at, command.overlapMs);
  if (command.type === "RetireSigningKey") {
    const known = platform.kind === "platform" ? platform.signingKeys.find((key) => key.kid === kid) : undefined;
    if (known === undefined) return refuse("signing_key_not_found");
    // A shorter overlap is news, because a leaked key has to end sooner; a longer one would revive it.
    if (known.verifyUntil !== undefined && known.verifyUntil <= verifyUntil) return nothingNew;
    return record({ type: "SigningKeyRetired", merchantId, at, kid, verifyUntil });
  }
  // Two instances that both saw no key, or both rotate, must end with one: the second saw something older.
  if (signingKeyOf(platform)?.kid !== command.replaces) return refuse("signing_key_changed");
  const { publicKey, privateKey, replaces } = command;
  return record({
    type: "SigningKeyPublished",
    merchantId,
    at,
    kid,
    publicKey,
    privateKey,
    ...(replaces !== undefined && { replaces: { kid: replaces, verifyUntil } }),
  });
};

const credentialOf = (merchant: OpenMerchant, id: string) => merchant.credentials.find(({ credentialId }) => credentialId === id);
