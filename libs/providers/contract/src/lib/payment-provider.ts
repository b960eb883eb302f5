import type { AttemptId, CurrencyCode, Instant, Mode, Money, PaymentId, PaymentMethod } from "@malipo/kernel";
import type { Clock, HttpClient, Logger } from "@malipo/ports";
import type { Outcome } from "@malipo/payment-lifecycle";

/** What a status query may say beyond an outcome; only the router turns it into `not_sent` or `unknown`. */
export type QueryAnswer = Outcome | Readonly<{ kind: "not_found" }>;

/** One line of coverage: what a provider serves, as data. Amounts in minor units. */
export type Coverage = Readonly<{
  /** ISO 3166-1 alpha-3. */
  country: string;
  /** The country's telephone code without plus, such as `243`. */
  callingCode: string;
  currency: CurrencyCode;
  method: PaymentMethod;
  /** The provider's own code of the operator, such as `VODACOM_MPESA_COD`. */
  operator: string;
  /** National prefixes after the country code that belong to the operator; empty serves every number of the country. */
  prefixes: readonly string[];
  /** Decimals the provider takes; an amount that needs more is refused, never rounded. */
  decimals: number;
  minimum?: bigint;
  maximum?: bigint;
}>;

export type ProviderCapabilities = Readonly<{
  collections: readonly Coverage[];
  /** The provider keeps our id and a repeat has no second effect. */
  idempotentById: boolean;
  /** After `visibilityDelayMs`, a "not found" proves that nothing was received. */
  notFoundIsProof: boolean;
  visibilityDelayMs: number;
  /** Whether an attempt can be asked about when our own call's reply was lost. */
  queryableWithoutReply: boolean;
  /** One URL per attempt, or one configured per environment (then webhooks correlate by attempt id). */
  webhookUrl: "per_attempt" | "per_environment";
  /** Unsigned webhooks are hints: what they say is believed once the status query says it too. */
  webhooksSigned: boolean;
  /** The provider's id of an attempt holds a part of the payer's number: it is sealed before it goes on record. */
  referencesNamePayer?: true;
}>;

export type CollectRequest = Readonly<{
  paymentId: PaymentId;
  attemptId: AttemptId;
  amount: Money;
  /** E.164 with plus. */
  payerAccount: string;
  /** The line of coverage that was chosen for this payment. */
  coverage: Coverage;
  at: Instant;
}>;

export type OutcomeQuery = Readonly<{
  attemptId: AttemptId;
  /** The provider's id as its reply gave it, where we got one. */
  providerReference?: string;
  at: Instant;
}>;

export type CallContext = Readonly<{
  /** A live account's call goes to public https addresses only. */
  mode: Mode;
  deadlineMs: number;
  /** The last act before the first byte is written; see `HttpRequest.maySend`. */
  maySend?: () => boolean;
}>;

/** The exact bytes of a webhook and what came with them. `pathToken` is the secret path part after the provider. */
export type RawWebhook = Readonly<{
  pathToken: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  receivedAt: Instant;
}>;

/** What a webhook says, read without any look-up. The correlation is our id of the attempt. */
export type WebhookReading =
  | Readonly<{
      kind: "outcome";
      correlation: { attemptId: AttemptId };
      outcome: Outcome;
      /** The provider's id of the attempt, for a query when the reply that should have told it was lost. */
      queryReference?: string;
    }>
  /** Well-formed, but nothing that tells of a payment. */
  | Readonly<{ kind: "ignored"; why: string }>
  | Readonly<{ kind: "unreadable"; why: string }>;

/** An absent method is an unsupported operation, which the router reads before it chooses. */
export interface PaymentProvider {
  readonly id: string;
  readonly capabilities: ProviderCapabilities;

  /** The bytes of the request, without credentials, to be frozen in `AttemptStarted` before anything is sent. Pure. */
  prepareCollect(request: CollectRequest): Uint8Array;
  /**
   * Sends frozen bytes once. A reply that cannot be read is `unknown`, never `declined`; `declined` is the provider's own
   * word that it took nothing.
   */
  collect(prepared: Uint8Array, call: CallContext): Promise<Outcome>;
  /** `unknown` here means that the query failed and taught nothing. */
  fetchOutcome(query: OutcomeQuery, call: CallContext): Promise<QueryAnswer>;
  /** Path token and signature where there is one, over the raw bytes, in constant time; before anything is stored. Pure. */
  authenticateWebhook(webhook: RawWebhook): boolean;
  /** Pure: the exact bytes received; a reading out. */
  readWebhook(webhook: RawWebhook): WebhookReading;
}

export type ProviderPorts = Readonly<{ http: HttpClient; clock: Clock; logger: Logger }>;

/** All that an adapter folder exports. The registry holds one line for each. */
export interface ProviderDefinition<Config = unknown> {
  readonly id: string;
  /** Static, so that the intake knows what is served without credentials. */
  readonly capabilities: ProviderCapabilities;
  /** @throws Error naming the variable that is missing or unreadable. */
  parseConfig(env: Readonly<Record<string, string | undefined>>): Config;
  create(config: Config, ports: ProviderPorts): PaymentProvider;
}
