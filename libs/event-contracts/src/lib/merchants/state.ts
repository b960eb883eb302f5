import type { CallbackSecret, Channel, Credential, LiveSecret, MerchantState, OpenMerchant, Platform, SigningKey } from "@malipo/merchant-lifecycle";
import { type Codec, type JsonSchema, fromJsonBytes, flag, instant, listOf, literal, optional, shapeOf, text, toJsonBytes, union, wholeNumber } from "../codec/index.js";
import {
  channelFields,
  credentialId,
  credentialKind,
  endpoint,
  facade,
  keyId,
  merchantId,
  mode,
  publicKey,
  sealed,
  storedSecret,
  tier,
} from "./values.js";

const liveSecret = shapeOf<LiveSecret>({ secret: storedSecret, lastFour: text, validUntil: optional(instant) });

const credential = shapeOf<Credential>({
  credentialId,
  kind: credentialKind,
  mode,
  handle: text,
  createdAt: instant,
  secrets: listOf(liveSecret),
  revokedAt: optional(instant),
});

const signingKey = shapeOf<SigningKey>({
  kid: keyId,
  publicKey,
  privateKey: sealed,
  publishedAt: instant,
  verifyUntil: optional(instant),
});

export const merchantState: Codec<MerchantState> = union("kind", {
  merchant: shapeOf<OpenMerchant>({
    kind: literal("merchant"),
    merchantId,
    version: wholeNumber,
    name: text,
    createdAt: instant,
    kycValidated: flag,
    credentials: listOf(credential),
    callbackSecrets: listOf(shapeOf<CallbackSecret>({ mode, facade, sealed, createdAt: instant })),
    tiers: listOf(tier),
    endpoints: listOf(endpoint),
    channels: listOf(shapeOf<Channel>(channelFields)),
  }),
  platform: shapeOf<Platform>({ kind: literal("platform"), merchantId, version: wholeNumber, signingKeys: listOf(signingKey) }),
});

/** `ce_type` of a record of `merchants.state.v1`; a later shape is another type on the same topic. */
export const MERCHANT_STATE_TYPE = "merchants.merchant.state.v1";

export const merchantStateSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  [
    MERCHANT_STATE_TYPE,
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: `urn:malipo:${MERCHANT_STATE_TYPE}`,
      title: MERCHANT_STATE_TYPE,
      ...merchantState.jsonSchema(),
    },
  ],
]);

export const encodeMerchantState = (state: MerchantState): Uint8Array => toJsonBytes(merchantState.encode(state));

/** @throws UndecodableError */
export const decodeMerchantState = (value: Uint8Array): MerchantState => merchantState.decode(fromJsonBytes(value));
