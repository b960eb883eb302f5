import type { ChannelId, MerchantId, Mode, ProviderId, Sealed } from "@malipo/kernel";
import type {
  CallbackEndpoint,
  ChannelCredentials,
  CredentialId,
  CredentialKind,
  Facade,
  KeyId,
  PublicKey,
  StoredSecret,
  Tier,
} from "@malipo/merchant-lifecycle";
import { type Codec, flag, id, listOf, literal, oneOf, shapeOf, text, textLike, union, wholeNumber } from "../codec/index.js";

export const merchantId = textLike<MerchantId>(/^[0-9a-f]{32}$/);
export const credentialId = id<CredentialId>();
export const channelId = id<ChannelId>();
export const provider = id<ProviderId>();
export const keyId = id<KeyId>();
export const sealed = id<Sealed>();
export const mode: Codec<Mode> = oneOf(["test", "live"]);
export const facade: Codec<Facade> = oneOf(["kodipay", "kipay", "gateway", "kpay", "kotani"]);
export const credentialKind: Codec<CredentialKind> = oneOf([
  "oauth_client",
  "kipay_api_key",
  "gateway_signing_secret",
  "kpay_key_pair",
  "kotani_api_key",
]);

type Form<F extends StoredSecret["form"]> = Extract<StoredSecret, { form: F }>;
export const storedSecret: Codec<StoredSecret> = union("form", {
  hash: shapeOf<Form<"hash">>({ form: literal("hash"), hash: text }),
  sealed: shapeOf<Form<"sealed">>({ form: literal("sealed"), sealed }),
});

type CredentialsOf<K extends ChannelCredentials["kind"]> = Extract<ChannelCredentials, { kind: K }>;
export const channelCredentials: Codec<ChannelCredentials> = union("kind", {
  platform: shapeOf<CredentialsOf<"platform">>({ kind: literal("platform") }),
  own: shapeOf<CredentialsOf<"own">>({ kind: literal("own"), sealed }),
});

export const publicKey = shapeOf<PublicKey>({ kty: literal("EC"), crv: literal("P-256"), x: text, y: text });
export const offeredCallbackSecret = shapeOf<{ readonly facade: Facade; readonly sealed: Sealed }>({ facade, sealed });

export const tierFields = { facade, perMinute: wholeNumber, burst: wholeNumber };
export const tier = shapeOf<Tier>(tierFields);
export const endpointFields = { facade, config: sealed, events: listOf(text), signed: flag };
export const endpoint = shapeOf<CallbackEndpoint>(endpointFields);
export const channelFields = { channelId, provider, mode, credentials: channelCredentials };
export const newSecretFields = { credentialId, secret: storedSecret, lastFour: text };
export const newKeyFields = { kid: keyId, publicKey, privateKey: sealed };
