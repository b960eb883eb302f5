import type { ChannelId, CommandId, Instant, MerchantId, Mode, ProviderId, Sealed } from "@malipo/kernel";
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
} from "./values.js";

/** The platform itself, as an aggregate beside its merchants: it owns the keys that sign access tokens. */
export const PLATFORM_ID = "00000000000000000000000000000000" as MerchantId;

type Message<Type extends string, Data extends object> = Readonly<{ type: Type; merchantId: MerchantId }> & Readonly<Data>;
type Fact<Type extends string, Data extends object> = Message<Type, { at: Instant } & Data>;

type NewCredential = {
  credentialId: CredentialId;
  kind: CredentialKind;
  mode: Mode;
  handle: string;
  secret: StoredSecret;
  lastFour: string;
  /** The secret of the mode's callbacks, offered with every credential and taken only by the first of its facade and mode. */
  callbackSecret?: { facade: Facade; sealed: Sealed };
};

type NewSecret = { credentialId: CredentialId; secret: StoredSecret; lastFour: string };
type NewChannel = { channelId: ChannelId; provider: ProviderId; mode: Mode; credentials: ChannelCredentials };
type NewSigningKey = { kid: KeyId; publicKey: PublicKey; privateKey: Sealed };

export type MerchantCommand =
  | Message<"OnboardMerchant", { name: string }>
  | Message<"AddCredential", NewCredential>
  | Message<"RotateCredential", NewSecret & { overlapMs: number }>
  | Message<"RevokeCredential", { credentialId: CredentialId }>
  | Message<"SetTier", Tier>
  | Message<"SetKyc", { validated: boolean }>
  | Message<"SetCallbackEndpoint", CallbackEndpoint>
  | Message<"AddChannel", NewChannel>
  | Message<"RemoveChannel", { channelId: ChannelId }>
  | Message<
      "PublishSigningKey",
      NewSigningKey & {
        /** The key that signs now, as the sender saw it: of two senders at once only one is taken. */
        replaces?: KeyId;
        /** How long tokens of the replaced key are still taken. */
        overlapMs: number;
      }
    >
  | Message<"RetireSigningKey", { kid: KeyId; overlapMs: number }>;

export type MerchantCommandType = MerchantCommand["type"];

export type MerchantEvent =
  | Fact<"MerchantOnboarded", { name: string }>
  | Fact<"CredentialAdded", NewCredential>
  | Fact<"CredentialRotated", NewSecret & { previousUntil: Instant }>
  | Fact<"CredentialRevoked", { credentialId: CredentialId }>
  | Fact<"TierSet", Tier>
  | Fact<"KycSet", { validated: boolean }>
  | Fact<"CallbackEndpointSet", CallbackEndpoint>
  | Fact<"ChannelAdded", NewChannel>
  | Fact<"ChannelRemoved", { channelId: ChannelId }>
  | Fact<"SigningKeyPublished", NewSigningKey & { replaces?: { kid: KeyId; verifyUntil: Instant } }>
  | Fact<"SigningKeyRetired", { kid: KeyId; verifyUntil: Instant }>;

/** Why a command changed nothing, as the provisioning API may say it. Reasons are never renamed. */
export type MerchantRefusal =
  | "merchant_not_found"
  | "merchant_exists"
  | "credential_not_found"
  | "credential_exists"
  | "credential_revoked"
  | "channel_not_found"
  | "channel_exists"
  | "signing_key_changed"
  | "signing_key_not_found"
  | "not_for_the_platform"
  | "nothing_new";

/** The one recorded answer of an API command that changed nothing; an aggregate of its own under the command's id. */
export type MerchantCommandRefused = Readonly<{
  type: "MerchantCommandRefused";
  commandId: CommandId;
  at: Instant;
  merchantId: MerchantId;
  commandType: MerchantCommandType;
  reason: MerchantRefusal;
}>;
