import type { MerchantCommand } from "@malipo/merchant-lifecycle";
import { type Encoded, contract, flag, implied, optional, shapeOf, text, wholeNumber, wireTable } from "../codec/index.js";
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

type Of<Type extends MerchantCommand["type"]> = Extract<MerchantCommand, { type: Type }>;

export const merchantCommands = wireTable<MerchantCommand>({
  OnboardMerchant: contract(
    "merchants.merchant.onboard",
    shapeOf<Of<"OnboardMerchant">>({ type: implied("OnboardMerchant"), merchantId, name: text }),
  ),
  AddCredential: contract(
    "merchants.credential.add",
    shapeOf<Of<"AddCredential">>({
      type: implied("AddCredential"),
      merchantId,
      ...newSecretFields,
      kind: credentialKind,
      mode,
      handle: text,
      callbackSecret: optional(offeredCallbackSecret),
    }),
  ),
  RotateCredential: contract(
    "merchants.credential.rotate",
    shapeOf<Of<"RotateCredential">>({ type: implied("RotateCredential"), merchantId, ...newSecretFields, overlapMs: wholeNumber }),
  ),
  RevokeCredential: contract(
    "merchants.credential.revoke",
    shapeOf<Of<"RevokeCredential">>({ type: implied("RevokeCredential"), merchantId, credentialId }),
  ),
  SetTier: contract("merchants.tier.set", shapeOf<Of<"SetTier">>({ type: implied("SetTier"), merchantId, ...tierFields })),
  SetKyc: contract("merchants.kyc.set", shapeOf<Of<"SetKyc">>({ type: implied("SetKyc"), merchantId, validated: flag })),
  SetCallbackEndpoint: contract(
    "merchants.callback_endpoint.set",
    shapeOf<Of<"SetCallbackEndpoint">>({ type: implied("SetCallbackEndpoint"), merchantId, ...endpointFields }),
  ),
  AddChannel: contract("merchants.channel.add", shapeOf<Of<"AddChannel">>({ type: implied("AddChannel"), merchantId, ...channelFields })),
  RemoveChannel: contract(
    "merchants.channel.remove",
    shapeOf<Of<"RemoveChannel">>({ type: implied("RemoveChannel"), merchantId, channelId }),
  ),
  PublishSigningKey: contract(
    "merchants.signing_key.publish",
    shapeOf<Of<"PublishSigningKey">>({
      type: implied("PublishSigningKey"),
      merchantId,
      ...newKeyFields,
      replaces: optional(keyId),
      overlapMs: wholeNumber,
    }),
  ),
  RetireSigningKey: contract(
    "merchants.signing_key.retire",
    shapeOf<Of<"RetireSigningKey">>({ type: implied("RetireSigningKey"), merchantId, kid: keyId, overlapMs: wholeNumber }),
  ),
});

/** A command as a record of `merchants.commands.v1`: its `ce_type`, and its value as JSON. */
export const encodeMerchantCommand = (command: MerchantCommand): Encoded => merchantCommands.encode(command);

/** @throws UnknownTypeError @throws UndecodableError; either way the command is parked. */
export const decodeMerchantCommand = (ceType: string, value: unknown): MerchantCommand => merchantCommands.decode(ceType, value);
