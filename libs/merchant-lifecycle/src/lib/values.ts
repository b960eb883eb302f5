import type { Brand, ChannelId, Instant, Mode, ProviderId, Sealed } from "@malipo/kernel";

export type CredentialId = Brand<string, "CredentialId">;
/** Names a signing key in a token's header and in the published key set. */
export type KeyId = Brand<string, "KeyId">;

/** The five interfaces that a merchant may speak. */
export type Facade = "kodipay" | "kipay" | "gateway" | "kpay" | "kotani";

export type CredentialKind = "oauth_client" | "kipay_api_key" | "gateway_signing_secret" | "kpay_key_pair" | "kotani_api_key";

/** What is only ever compared is a keyed hash; what we sign or verify with is sealed. Neither is the secret itself. */
export type StoredSecret = Readonly<{ form: "hash"; hash: string } | { form: "sealed"; sealed: Sealed }>;

/** One of the secrets that work for a credential now; several only while a rotation overlaps. */
export type LiveSecret = Readonly<{
  secret: StoredSecret;
  lastFour: string;
  /** Absent on the newest; an older one ends then. */
  validUntil?: Instant;
}>;

export type Credential = Readonly<{
  credentialId: CredentialId;
  kind: CredentialKind;
  mode: Mode;
  /** The public part by which the credential is found, such as a client id; unique in the platform because it is drawn. */
  handle: string;
  createdAt: Instant;
  /** Newest first. */
  secrets: readonly LiveSecret[];
  revokedAt?: Instant;
}>;

/** Signs a mode's canonical callbacks; made with the mode's first OAuth client. Newest first. */
export type CallbackSecret = Readonly<{ mode: Mode; facade: Facade; sealed: Sealed; createdAt: Instant }>;

/** Requests that an account may make through a facade. */
export type Tier = Readonly<{ facade: Facade; perMinute: number; burst: number }>;

/** Where a merchant of a facade wants its callbacks: URLs and the secret are sealed, because URLs carry tokens. */
export type CallbackEndpoint = Readonly<{ facade: Facade; config: Sealed; events: readonly string[]; signed: boolean }>;

/** What a provider channel authenticates with: the platform's own contract, or credentials of the merchant. */
export type ChannelCredentials = Readonly<{ kind: "platform" } | { kind: "own"; sealed: Sealed }>;

export type Channel = Readonly<{
  channelId: ChannelId;
  provider: ProviderId;
  mode: Mode;
  credentials: ChannelCredentials;
}>;

/** Public half of an ES256 key, as RFC 7517 writes it. */
export type PublicKey = Readonly<{ kty: "EC"; crv: "P-256"; x: string; y: string }>;

export type SigningKey = Readonly<{
  kid: KeyId;
  publicKey: PublicKey;
  /** PKCS #8, sealed for the platform. */
  privateKey: Sealed;
  publishedAt: Instant;
  /** Set once it signs no more; tokens that it signed are taken until then. */
  verifyUntil?: Instant;
}>;
