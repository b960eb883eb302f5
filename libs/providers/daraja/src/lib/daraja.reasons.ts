import type { FailureReason } from "@malipo/payment-lifecycle";

/**
 * Daraja's final result codes of an STK push. What is not listed is no final word: codes for "still under processing"
 * exist (4999), so an unknown code is progress and never a decline.
 */
const reasons: Readonly<Record<string, FailureReason>> = {
  "1": "insufficient_funds",
  // "Rule limited" in practice, though the list calls it "receiver cannot process".
  "17": "payer_limit",
  // Another transaction of this payer is under way; nothing of ours was taken, but a prompt may be on the phone.
  "1001": "unspecified",
  "1019": "payer_timeout",
  // The prompt could not be put on this number's phone: the nearest that Daraja has to a payer who is not there.
  "1025": "payer_not_found",
  "1032": "cancelled",
  "1037": "payer_timeout",
  "2001": "wrong_pin",
  "9999": "unspecified",
};

export const reasonOf = (resultCode: string): FailureReason | undefined =>
  Object.hasOwn(reasons, resultCode) ? reasons[resultCode] : undefined;
