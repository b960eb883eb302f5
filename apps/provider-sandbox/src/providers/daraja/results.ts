import type { FailureName } from "../../behaviours/behaviours.js";
import type { Outcome } from "../../ledger/records.js";

export type Result = Readonly<{ code: number; text: string }>;

const failures: Readonly<Record<FailureName, Result>> = {
  // Daraja has no code of its own for the first two and for a failure without a reason: the nearest of its list.
  limit: { code: 17, text: "System internal error: the rule limits of the account were exceeded." },
  not_found: { code: 1025, text: "An error occurred while sending a push request." },
  unspecified: { code: 9999, text: "Error occurred while sending push request." },
  recipient_not_found: { code: 9999, text: "Error occurred while sending push request." },
  not_approved: { code: 1032, text: "Request cancelled by user." },
  no_funds: { code: 1, text: "The balance is insufficient for the transaction." },
  timed_out: { code: 1037, text: "DS timeout user cannot be reached." },
};

export const resultOf = (outcome: Outcome): Result =>
  outcome.status === "completed"
    ? { code: 0, text: "The service request is processed successfully." }
    : failures[outcome.failure];
