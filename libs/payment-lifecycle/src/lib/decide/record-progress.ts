import { nothingNew, record } from "@malipo/kernel";
import { type Attempt, type KnownPayment, isOpen } from "../payment.js";
import { viewIfChanged } from "../public-view.js";
import type { PaymentDecision } from "./context.js";
import type { OutcomeOf, Witness } from "./witness.js";

/** Not the last word. It is recorded only when it tells more than we knew, since pollers repeat themselves. */
export const recordProgress = (
  outcome: OutcomeOf<"in_progress"> | OutcomeOf<"unknown">,
  witness: Witness,
  payment: KnownPayment,
  attempt: Attempt,
): PaymentDecision => {
  if (!isOpen(attempt)) return nothingNew;

  if (outcome.kind === "unknown") {
    if (attempt.knowledge !== "started") return nothingNew;
    return record({ ...witness, type: "AttemptProgressed", knowledge: "unknown", cause: outcome.cause });
  }

  const { providerReference, input } = outcome;
  const reference = providerReference === undefined ? {} : { providerReference };
  if (input !== undefined && payment.status === "processing") {
    return record({ ...witness, type: "InputRequested", input, ...reference, ...viewIfChanged(payment, "requires_input") });
  }
  const isNewReference = providerReference !== undefined && !attempt.providerReferences.includes(providerReference);
  if (attempt.knowledge === "in_progress" && !isNewReference) return nothingNew;
  return record({ ...witness, type: "AttemptProgressed", knowledge: "in_progress", ...reference });
};
