import type { CommandId, Instant } from "@malipo/kernel";
import type { KeyId, MerchantCommandRefused, MerchantCommandType, MerchantEvent, MerchantRefusal } from "@malipo/merchant-lifecycle";
import {
  type Encoded,
  contract,
  flag,
  id,
  implied,
  instant,
  oneOf,
  optional,
  shapeOf,
  text,
  wireTable,
} from "../codec/index.js";
import {
  channelFields,
  channelId,
  credentialId,
  credentialKind,
  endpointFields,
  keyId,
  merchantId,
  mode,
  newKeyFields,
  newSecretFields,
  offeredCallbackSecret,
  tierFields,
} from "./values.js";

export type RecordedMerchantFact = MerchantEvent | MerchantCommandRefused;

type Of<Type extends RecordedMerchantFact["type"]> = Extract<RecordedMerchantFact, { type: Type }>;

/** The keys of a table that has to name every word of the type, so that a new one cannot be forgotten here. */
const everyWord = <Word extends string>(words: Readonly<Record<Word, true>>): readonly Word[] => Object.keys(words) as Word[];

const commandTypes = everyWord<MerchantCommandType>({
  OnboardMerchant: true,
  AddCredential: true,
  RotateCredential: true,
  RevokeCredential: true,
  SetTier: true,
  SetKyc: true,
  SetCallbackEndpoint: true,
  AddChannel: true,
  RemoveChannel: true,
  PublishSigningKey: true,
  RetireSigningKey: true,
});

const refusals = everyWord<MerchantRefusal>({
  merchant_not_found: true,
  merchant_exists: true,
  credential_not_found: true,
  credential_exists: true,
  credential_revoked: true,
  channel_not_found: true,
  channel_exists: true,
  signing_key_changed: true,
  signing_key_not_found: true,
  not_for_the_platform: true,
  nothing_new: true,
});

const onMerchant = { merchantId, at: instant };

export const merchantEvents = wireTable<RecordedMerchantFact>({
  MerchantOnboarded: contract(
    "merchants.merchant.onboarded",
    shapeOf<Of<"MerchantOnboarded">>({ type: implied("MerchantOnboarded"), ...onMerchant, name: text }),
  ),
  CredentialAdded: contract(
    "merchants.credential.added",
    shapeOf<Of<"CredentialAdded">>({
      type: implied("CredentialAdded"),
      ...onMerchant,
      ...newSecretFields,
      kind: credentialKind,
      mode,
      handle: text,
      callbackSecret: optional(offeredCallbackSecret),
    }),
  ),
  CredentialRotated: contract(
    "merchants.credential.rotated",
    shapeOf<Of<"CredentialRotated">>({ type: implied("CredentialRotated"), ...onMerchant, ...newSecretFields, previousUntil: instant }),
  ),
  CredentialRevoked: contract(
    "merchants.credential.revoked",
    shapeOf<Of<"CredentialRevoked">>({ type: implied("CredentialRevoked"), ...onMerchant, credentialId }),
  ),
  TierSet: contract("merchants.tier.was_set", shapeOf<Of<"TierSet">>({ type: implied("TierSet"), ...onMerchant, ...tierFields })),
  KycSet: contract("merchants.kyc.was_set", shapeOf<Of<"KycSet">>({ type: implied("KycSet"), ...onMerchant, validated: flag })),
  CallbackEndpointSet: contract(
    "merchants.callback_endpoint.was_set",
    shapeOf<Of<"CallbackEndpointSet">>({ type: implied("CallbackEndpointSet"), ...onMerchant, ...endpointFields }),
  ),
  ChannelAdded: contract(
    "merchants.channel.added",
    shapeOf<Of<"ChannelAdded">>({ type: implied("ChannelAdded"), ...onMerchant, ...channelFields }),
  ),
  ChannelRemoved: contract(
    "merchants.channel.removed",
    shapeOf<Of<"ChannelRemoved">>({ type: implied("ChannelRemoved"), ...onMerchant, channelId }),
  ),
  SigningKeyPublished: contract(
    "merchants.signing_key.published",
    shapeOf<Of<"SigningKeyPublished">>({
      type: implied("SigningKeyPublished"),
      ...onMerchant,
      ...newKeyFields,
      replaces: optional(shapeOf<{ readonly kid: KeyId; readonly verifyUntil: Instant }>({ kid: keyId, verifyUntil: instant })),
    }),
  ),
  SigningKeyRetired: contract(
    "merchants.signing_key.retired",
    shapeOf<Of<"SigningKeyRetired">>({ type: implied("SigningKeyRetired"), ...onMerchant, kid: keyId, verifyUntil: instant }),
  ),
  MerchantCommandRefused: contract(
    "merchants.command.refused",
    shapeOf<Of<"MerchantCommandRefused">>({
      type: implied("MerchantCommandRefused"),
      commandId: id<CommandId>(),
      ...onMerchant,
      commandType: oneOf(commandTypes),
      reason: oneOf(refusals),
    }),
  ),
});

/** A fact as a record of `merchants.events.v1`: its `ce_type`, and its value as JSON. */
export const encodeMerchantEvent = (event: RecordedMerchantFact): Encoded => merchantEvents.encode(event);

/** @throws UnknownTypeError @throws UndecodableError; either way the merchant is parked. */
export const decodeMerchantEvent = (ceType: string, value: unknown): RecordedMerchantFact => merchantEvents.decode(ceType, value);
