import type {
  AttemptId,
  Caller,
  ChannelId,
  CommandId,
  Instant,
  Money,
  OrderNumber,
  PayerId,
  PaymentId,
  PaymentMethod,
  ProviderId,
  ReviewId,
  Scope,
  Sealed,
} from "@malipo/kernel";

/** Why a payment ended without the money, as a merchant may read it. Reasons are never renamed. */
export type FailureReason =
  | "insufficient_funds"
  | "payer_declined"
  | "payer_not_found"
  | "payer_limit"
  | "payer_timeout"
  | "wrong_pin"
  | "payee_not_found"
  | "payee_not_allowed"
  | "provider_unavailable"
  | "cancelled"
  | "reversed"
  | "unspecified";

/** Which witness told us: our own call's reply, a webhook, a status query, a statement, or proof by absence. */
export type Evidence = Readonly<{
  source: "reply" | "webhook" | "query" | "statement" | "absence";
  /** Position of the sealed raw evidence, `<topic>/<partition>/<offset>`, where there is one. */
  position?: string;
}>;

/**
 * What we know about the customer's money. `unknown` is never retried elsewhere and never turned into a failure by a
 * clock; `not_sent` means that no byte of the request left us, or that the provider's own word proves so.
 */
export type Outcome =
  | Readonly<{ kind: "approved"; providerReference: string }>
  | Readonly<{ kind: "declined"; reason: FailureReason; providerCode: string }>
  | Readonly<{ kind: "in_progress"; providerReference?: string; input?: "otp" }>
  | Readonly<{ kind: "not_sent"; cause: string }>
  | Readonly<{ kind: "unknown"; cause: string }>;

/** One provider that was looked at, and why it was taken or not. */
export type Candidate = Readonly<{ provider: ProviderId; channelId: ChannelId; chosen: boolean; reason: string }>;

/** Where the router goes after a decline or `not_sent`. Absent on the last one: then the payment has failed. */
export type NextCandidate = Readonly<{ provider: ProviderId; channelId: ChannelId }>;

/** What the command resolved for the decider, so that `decide` reads no other topic. */
export type Terms = Readonly<{
  /** Version of the fee schedule; 0 is the schedule without fees. */
  version: number;
  /** Fixed fee and share of the amount in hundredths of a percent, both taken from what the merchant receives. */
  feeFixed: Money;
  feeBasisPoints: number;
  /** Channels that serve this country, currency, and method, best first. */
  channels: readonly NextCandidate[];
  /** A payment of which no attempt was started expires after this. */
  expiresAfterMs: number;
  /** A processing payment becomes a review item after this. */
  resolveAfterMs: number;
}>;

export type RequestIdentity = Readonly<{
  scope: Scope;
  /** HMAC of the client's idempotency key, where it sent one. */
  keyHash?: string;
  /** HMAC of the strictly parsed canonical JSON of the body. */
  fingerprint: string;
}>;

export type Payer = Readonly<{
  id: PayerId;
  /** Country of the payer's account, ISO 3166-1 alpha-3. */
  country: string;
  /** The account at the provider, E.164 with plus, sealed for this payer. */
  account: Sealed;
}>;

type Message<Type extends string, Data extends object> = Readonly<{ type: Type; paymentId: PaymentId }> & Readonly<Data>;
type Fact<Type extends string, Data extends object> = Message<Type, { at: Instant } & Data>;

export type PaymentCommand =
  | Message<
      "InitiatePayment",
      {
        direction: "collection";
        reference: string;
        amount: Money;
        method: PaymentMethod;
        payer?: Payer;
        terms: Terms;
        request: RequestIdentity;
        /** Set when the merchant wants to be asked once more before anything is sent. */
        confirmation?: "required";
        /** The merchant's URL for this payment, sealed for the account. */
        callback?: Sealed;
      }
    >
  | Message<"ProvideInput", { attemptId: AttemptId }>
  | Message<"ConfirmPayment", object>
  | Message<"CancelPayment", { by: "merchant" | "operator" }>
  | Message<
      "BeginAttempt",
      {
        attemptId: AttemptId;
        /** 1 for the first attempt of the payment. */
        number: number;
        provider: ProviderId;
        channelId: ChannelId;
        caller: Caller;
        /** Wall time after which the caller must not send any more. */
        sendBefore: Instant;
        candidates: readonly Candidate[];
        /** The bytes that will be sent, sealed for the payer. */
        request: Sealed;
      }
    >
  | Message<"RecordOutcome", { attemptId: AttemptId; outcome: Outcome; evidence: Evidence; next?: NextCandidate }>
  | Message<"ExpirePayment", object>
  | Message<"OpenReview", { reviewId: ReviewId }>
  | Message<"CloseReview", { reviewId: ReviewId; by: string; resolution: string }>
  | Message<"AcceptLateSuccess", { reviewId: ReviewId; by: string }>;

export type PaymentCommandType = PaymentCommand["type"];

/** Facts that changed what a merchant sees carry the new public view, so that every reader tells the same story. */
export type PublicStatus = "pending" | "processing" | "completed" | "failed" | "refunded" | "expired";

export type PublicView = Readonly<{
  /** Counts public changes from 1. */
  version: number;
  /** `payment.<status>`, or `payment.review`. */
  type: `payment.${PublicStatus | "review"}`;
  status: PublicStatus;
  reference: string;
  orderNumber: OrderNumber;
  amount: Money;
  method: PaymentMethod;
  /** A failure reason, or `late_success`. */
  reason?: FailureReason | "late_success" | "second_success";
  /** The merchant's callback URL, sealed for the account; absent when it asked for no callbacks. */
  callback?: Sealed;
}>;

type Public = { public: PublicView };

export type PaymentEvent =
  | Fact<
      "PaymentInitiated",
      {
        direction: "collection";
        orderNumber: OrderNumber;
        reference: string;
        amount: Money;
        method: PaymentMethod;
        payer?: Payer;
        terms: Terms;
        request: RequestIdentity;
        confirmation?: "required";
        callback?: Sealed;
        expiresAt: Instant;
        /** The exact first answer `{status, body}`, sealed, where the interface replays it. */
        answer?: Sealed;
      } & Public
    >
  | Fact<"InputRequested", { input: "otp"; attemptId: AttemptId; providerReference?: string; evidence: Evidence } & Partial<Public>>
  | Fact<"InputSubmitted", { attemptId: AttemptId } & Partial<Public>>
  | Fact<"PaymentConfirmed", Partial<Public>>
  | Fact<
      "AttemptStarted",
      {
        attemptId: AttemptId;
        number: number;
        provider: ProviderId;
        channelId: ChannelId;
        caller: Caller;
        sendBefore: Instant;
        resolveBy: Instant;
        candidates: readonly Candidate[];
        request: Sealed;
      } & Partial<Public>
    >
  /** The provider took the request, or we cannot tell: the attempt is open and will be asked about. */
  | Fact<
      "AttemptProgressed",
      { attemptId: AttemptId; knowledge: "in_progress" | "unknown"; providerReference?: string; cause?: string; evidence: Evidence }
    >
  /** The attempt ended without money and another provider is next. Public only where the payer was being asked for a code. */
  | Fact<
      "AttemptResolved",
      {
        attemptId: AttemptId;
        outcome: Extract<Outcome, { kind: "declined" | "not_sent" }>;
        next: NextCandidate;
        evidence: Evidence;
      } & Partial<Public>
    >
  | Fact<
      "PaymentCompleted",
      { attemptId: AttemptId; providerReference: string; fee: Money; net: Money; termsVersion: number; evidence: Evidence } & Public
    >
  | Fact<
      "PaymentFailed",
      {
        attemptId: AttemptId;
        outcome: Extract<Outcome, { kind: "declined" | "not_sent" }>;
        reason: FailureReason;
        evidence: Evidence;
      } & Public
    >
  /** Without an attempt by the clock; from processing only with the provider's word that the payer's time ran out. */
  | Fact<"PaymentExpired", { cause: "no_attempt" } & Public>
  | Fact<"PaymentExpired", { cause: "payer_timeout"; attemptId: AttemptId; providerCode: string; evidence: Evidence } & Public>
  | Fact<"PaymentCancelled", { by: "merchant" | "operator" } & Public>
  | Fact<"LateSuccessRecorded", { attemptId: AttemptId; reviewId: ReviewId; providerReference: string; evidence: Evidence } & Public>
  | Fact<
      "LateSuccessAccepted",
      { reviewId: ReviewId; by: string; attemptId: AttemptId; providerReference: string; fee: Money; net: Money; termsVersion: number } & Public
    >
  | Fact<"SecondSuccessRecorded", { attemptId: AttemptId; reviewId: ReviewId; providerReference: string; evidence: Evidence; refundProposed: Money }>
  /** A witness says the opposite of what was proven; nothing changes but that it is on record. */
  | Fact<"ContradictionRecorded", { attemptId: AttemptId; outcome: Outcome; evidence: Evidence }>
  | Fact<"ReviewOpened", { reviewId: ReviewId; kind: "unresolved"; attemptId: AttemptId }>
  | Fact<"ReviewClosed", { reviewId: ReviewId; by: string; resolution: string }>;

export type PaymentEventType = PaymentEvent["type"];

/** Why a command was refused; codes for merchants come from one table in `@malipo/http-api`. */
export type Refusal =
  | "payment_not_found"
  | "reference_already_used"
  | "idempotent_replay"
  | "idempotency_key_reused"
  | "payment_not_cancellable"
  | "input_not_expected"
  | "confirmation_not_expected"
  | "attempt_not_allowed"
  | "review_not_found"
  | "move_not_allowed";

/**
 * A refused API command is on record too, so that each has exactly one recorded answer. It is an aggregate of its own,
 * keyed by the command id, and leaves no payment behind.
 */
export type CommandRefused = Readonly<{
  type: "CommandRefused";
  commandId: CommandId;
  at: Instant;
  paymentId: PaymentId;
  commandType: PaymentCommandType;
  reason: Refusal;
  details?: Readonly<Record<string, string>>;
}>;
