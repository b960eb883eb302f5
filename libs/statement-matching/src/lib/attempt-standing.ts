import type { AttemptId, Instant, Money, OrderNumber, PaymentId, ProviderId } from "@malipo/kernel";
import type { LineDigest } from "./statement-line.js";

/** What our log says of the customer's money in one attempt. */
export type Standing = "open" | "charged" | "not_charged";

export type KnownAttempt = Readonly<{
  attemptId: AttemptId;
  paymentId: PaymentId;
  orderNumber: OrderNumber;
  provider: ProviderId;
  amount: Money;
  standing: Standing;
  startedAt: Instant;
  chargedAt?: Instant;
  /** See `matchKey`: our id, the provider's references, and what went into its free field. */
  keys: readonly string[];
  /** The line it was matched with. */
  line?: LineDigest;
}>;
