import type { AttemptId, Instant, PaymentId } from "@malipo/kernel";
import type { Evidence, Outcome } from "../messages.js";

/** Who says it, of which attempt, and when we decided about it. */
export type Witness = Readonly<{ paymentId: PaymentId; at: Instant; attemptId: AttemptId; evidence: Evidence }>;

export type OutcomeOf<Kind extends Outcome["kind"]> = Extract<Outcome, { kind: Kind }>;
