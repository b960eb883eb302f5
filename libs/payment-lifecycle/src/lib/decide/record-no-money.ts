import { type Decision, nothingNew, record } from "@malipo/kernel";
import type { FailureReason, NextCandidate, PaymentEvent } from "../messages.js";
import { type Attempt, type KnownPayment, isOpen } from "../payment.js";
import { nextView, viewIfChanged } from "../public-view.js";
import type { PaymentDecision } from "./context.js";
import type { OutcomeOf, Witness } from "./witness.js";

type NoMoney = OutcomeOf<"declined"> | OutcomeOf<"not_sent">;

/** This attempt moved no money and never will: on to the next provider, or the payment is over. */
export const recordNoMoney = (
  outcome: NoMoney,
  next: NextCandidate | undefined,
  witness: Witness,
  payment: KnownPayment,
  attempt: Attempt,
): PaymentDecision => {
  if (contradicts(outcome, attempt)) return recordContradiction(outcome, witness, payment);
  if (!isOpen(attempt)) return nothingNew;
  if (next !== undefined) {
    return record({ ...witness, type: "AttemptResolved", outcome, next, ...viewIfChanged(payment, "processing") });
  }

  if (outcome.kind === "declined" && outcome.reason === "payer_timeout") {
    const { providerCode } = outcome;
    return record({ ...witness, type: "PaymentExpired", cause: "payer_timeout", providerCode, public: nextView(payment, "expired") });
  }
  const reason = reasonOf(outcome);
  return record({ ...witness, type: "PaymentFailed", outcome, reason, public: nextView(payment, "failed", reason) });
};

/**
 * Against an approval every "no" loses. And what a provider has taken into work was sent: to believe otherwise would
 * let another provider charge the same payer.
 */
const contradicts = (outcome: NoMoney, { knowledge }: Attempt): boolean =>
  knowledge === "approved" || (knowledge === "in_progress" && outcome.kind === "not_sent");

const recordContradiction = (outcome: NoMoney, witness: Witness, payment: KnownPayment): Decision<PaymentEvent, never> =>
  payment.contradictions.includes(contradictionOf(witness.attemptId, outcome.kind))
    ? nothingNew
    : record({ ...witness, type: "ContradictionRecorded", outcome });

export const contradictionOf = (attemptId: string, kind: string): string => `${attemptId}/${kind}`;

const reasonOf = (outcome: NoMoney): FailureReason => (outcome.kind === "declined" ? outcome.reason : "provider_unavailable");
