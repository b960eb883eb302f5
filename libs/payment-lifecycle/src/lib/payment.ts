import type {
  AttemptId,
  Caller,
  ChannelId,
  Instant,
  Money,
  OrderNumber,
  PaymentId,
  PaymentMethod,
  ProviderId,
  ReviewId,
  Sealed,
} from "@malipo/kernel";
import type { NextCandidate, PublicView, RequestIdentity, Terms } from "./messages.js";

export type PaymentStatus =
  | "pending"
  | "requires_input"
  | "requires_confirmation"
  | "processing"
  | "completed"
  | "failed"
  | "cancelled"
  | "expired"
  | "reversed";

/** One try at one provider. */
export type Attempt = Readonly<{
  id: AttemptId;
  number: number;
  provider: ProviderId;
  channelId: ChannelId;
  /** The only process that may send it. */
  caller: Caller;
  sendBefore: Instant;
  resolveBy: Instant;
  /** `started`: nobody has told us anything yet. The last three are final words about this attempt's money. */
  knowledge: "started" | "in_progress" | "unknown" | "approved" | "declined" | "not_sent";
  /** Every reference a provider gave for it, first one first; sealed where it would name the payer. */
  providerReferences: readonly string[];
}>;

export type Review = Readonly<{
  id: ReviewId;
  kind: "late_success" | "second_success" | "unresolved";
  attemptId: AttemptId;
  open: boolean;
}>;

export type KnownPayment = Readonly<{
  status: PaymentStatus;
  paymentId: PaymentId;
  orderNumber: OrderNumber;
  reference: string;
  amount: Money;
  method: PaymentMethod;
  terms: Terms;
  request: RequestIdentity;
  callback?: Sealed;
  expiresAt: Instant;
  /** `required` until the merchant has confirmed. */
  confirmation?: "required" | "given";
  attempts: readonly Attempt[];
  /** Where to go after an attempt that ended without money. */
  next?: NextCandidate;
  /** The attempt whose money completed the payment. */
  paidBy?: AttemptId;
  reviews: readonly Review[];
  /** `<attemptId>/<outcome kind>` of contradictions on record, so that each is told once. */
  contradictions: readonly string[];
  /** What the merchant saw last. */
  public: PublicView;
}>;

export type Payment = Readonly<{ status: "absent" }> | KnownPayment;

export const initialPayment: Payment = { status: "absent" };

export const attemptOf = (payment: KnownPayment, id: AttemptId): Attempt | undefined =>
  payment.attempts.find((attempt) => attempt.id === id);

export const reviewOf = (payment: KnownPayment, id: ReviewId): Review | undefined => payment.reviews.find((review) => review.id === id);

export const isOpen = ({ knowledge }: Attempt): boolean =>
  knowledge === "started" || knowledge === "in_progress" || knowledge === "unknown";

/** The attempt that may still move money and has no final word. There is at most one, and it is the last. */
export const openAttempt = ({ attempts }: KnownPayment): Attempt | undefined => {
  const last = attempts.at(-1);
  return last !== undefined && isOpen(last) ? last : undefined;
};

export const sameChannel = (a: NextCandidate, b: NextCandidate): boolean => a.provider === b.provider && a.channelId === b.channelId;
