import type { Decision, Instant, OrderNumber, PaymentId } from "@malipo/kernel";
import type { PaymentCommand, PaymentEvent, Refusal } from "../messages.js";

/** What a decision needs beyond the command and the payment; the decider looks it up or draws it before. */
export type DecideContext = Readonly<{
  /** Decision time: max(clock, last `at` of the partition). */
  at: Instant;
  /** Drawn by the decider; needed for `InitiatePayment` alone. */
  orderNumber?: OrderNumber;
  /** Where the account has used the command's idempotency key before, whichever payment it was. */
  keyUse?: Readonly<{ paymentId: PaymentId; fingerprint: string }>;
}>;

export type PaymentDecision = Decision<PaymentEvent, Refusal>;

export type CommandOf<Type extends PaymentCommand["type"]> = Extract<PaymentCommand, { type: Type }>;
