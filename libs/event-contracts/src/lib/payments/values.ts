import type { AttemptId, Caller, ChannelId, OrderNumber, PayerId, PaymentId, PaymentMethod, ProviderId, ReviewId, Scope, Sealed } from "@malipo/kernel";
import type {
  Candidate,
  Evidence,
  FailureReason,
  NextCandidate,
  Outcome,
  Payer,
  PublicStatus,
  PublicView,
  RequestIdentity,
  Terms,
} from "@malipo/payment-lifecycle";
import { type Codec, flag, id, listOf, literal, money, oneOf, optional, shapeOf, text, union, wholeNumber } from "../codec/index.js";

export const paymentId = id<PaymentId>();
export const attemptId = id<AttemptId>();
export const reviewId = id<ReviewId>();
export const provider = id<ProviderId>();
export const channelId = id<ChannelId>();
export const caller = id<Caller>();
export const orderNumber = id<OrderNumber>();
export const sealed = id<Sealed>();
export const scope = id<Scope>();

export const direction = oneOf(["collection"]);
export const method: Codec<PaymentMethod> = oneOf(["mobile_money", "wallet", "card", "bank"]);
export const input = oneOf(["otp"]);
export const confirmation = oneOf(["required"]);
export const canceller = oneOf(["merchant", "operator"]);
export const knowledge = oneOf(["in_progress", "unknown"]);

const failureReasons = [
  "insufficient_funds",
  "payer_declined",
  "payer_not_found",
  "payer_limit",
  "payer_timeout",
  "wrong_pin",
  "payee_not_found",
  "payee_not_allowed",
  "provider_unavailable",
  "cancelled",
  "reversed",
  "unspecified",
] as const satisfies readonly FailureReason[];

export const failureReason: Codec<FailureReason> = oneOf(failureReasons);

export const evidence = shapeOf<Evidence>({
  source: oneOf(["reply", "webhook", "query", "statement", "absence"]),
  position: optional(text),
});

type OutcomeOf<Kind extends Outcome["kind"]> = Extract<Outcome, { kind: Kind }>;

const declined = shapeOf<OutcomeOf<"declined">>({ kind: literal("declined"), reason: failureReason, providerCode: text });
const notSent = shapeOf<OutcomeOf<"not_sent">>({ kind: literal("not_sent"), cause: text });

export const outcome: Codec<Outcome> = union("kind", {
  approved: shapeOf<OutcomeOf<"approved">>({ kind: literal("approved"), providerReference: text }),
  declined,
  in_progress: shapeOf<OutcomeOf<"in_progress">>({
    kind: literal("in_progress"),
    providerReference: optional(text),
    input: optional(input),
  }),
  not_sent: notSent,
  unknown: shapeOf<OutcomeOf<"unknown">>({ kind: literal("unknown"), cause: text }),
});

export const outcomeWithoutMoney: Codec<OutcomeOf<"declined" | "not_sent">> = union("kind", { declined, not_sent: notSent });

export const candidate = shapeOf<Candidate>({ provider, channelId, chosen: flag, reason: text });
export const candidates = listOf(candidate);
export const nextCandidate = shapeOf<NextCandidate>({ provider, channelId });

export const terms = shapeOf<Terms>({
  version: wholeNumber,
  feeFixed: money,
  feeBasisPoints: wholeNumber,
  channels: listOf(nextCandidate),
  expiresAfterMs: wholeNumber,
  resolveAfterMs: wholeNumber,
});

export const request = shapeOf<RequestIdentity>({ scope, keyHash: optional(text), fingerprint: text });

export const payer = shapeOf<Payer>({ id: id<PayerId>(), country: text, account: sealed });

const publicStatuses = ["pending", "processing", "completed", "failed", "refunded", "expired"] as const satisfies readonly PublicStatus[];

export const publicFields = {
  version: wholeNumber,
  type: oneOf([...publicStatuses.map((status) => `payment.${status}` as const), "payment.review"]),
  status: oneOf(publicStatuses),
  reference: text,
  orderNumber,
  amount: money,
  method,
  reason: optional(oneOf([...failureReasons, "late_success", "second_success"])),
};

export const publicView = shapeOf<PublicView>({ ...publicFields, callback: optional(sealed) });
