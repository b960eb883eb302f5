import type { FailureReason } from "@malipo/payment-lifecycle";

/** pawaPay's failure codes, at initiation and at processing. A code that is not listed is a decline without a reason. */
const reasons: Readonly<Record<string, FailureReason>> = {
  PAYMENT_NOT_APPROVED: "cancelled",
  INSUFFICIENT_BALANCE: "insufficient_funds",
  PAYER_NOT_FOUND: "payer_not_found",
  PAYER_LIMIT_REACHED: "payer_limit",
  WALLET_LIMIT_REACHED: "payer_limit",
  AMOUNT_OUT_OF_BOUNDS: "payer_limit",
  INVALID_PHONE_NUMBER: "payer_not_found",
  RECIPIENT_NOT_FOUND: "payee_not_found",
  MANUALLY_CANCELLED: "cancelled",
  // Ours or the operator's trouble, and nothing was taken: another provider may be tried.
  PROVIDER_TEMPORARILY_UNAVAILABLE: "provider_unavailable",
  PAWAPAY_WALLET_OUT_OF_FUNDS: "provider_unavailable",
  INVALID_PROVIDER: "provider_unavailable",
  INVALID_CURRENCY: "provider_unavailable",
  INVALID_AMOUNT: "provider_unavailable",
  NO_AUTHENTICATION: "provider_unavailable",
  AUTHENTICATION_ERROR: "provider_unavailable",
  AUTHORISATION_ERROR: "provider_unavailable",
  HTTP_SIGNATURE_ERROR: "provider_unavailable",
  DEPOSITS_NOT_ALLOWED: "provider_unavailable",
  INVALID_INPUT: "provider_unavailable",
  MISSING_PARAMETER: "provider_unavailable",
  UNSUPPORTED_PARAMETER: "provider_unavailable",
  INVALID_PARAMETER: "provider_unavailable",
  DUPLICATE_METADATA_FIELD: "provider_unavailable",
};

/**
 * pawaPay has one code for a payer who said no and a payer who never answered; only its message tells them apart. Both
 * are its own word that nothing was taken, so a message that we misread costs the reason, never the truth about money.
 */
export const reasonOf = (failureCode: string, failureMessage: string): FailureReason =>
  failureCode === "PAYMENT_NOT_APPROVED" && /\btime[ds]?[ -]?out\b|\bin time\b|\bexpired\b/i.test(failureMessage)
    ? "payer_timeout"
    : isTechnicalCode(failureCode) ? reasons[failureCode]! : "unspecified";

/** Codes that mean our own configuration is wrong: somebody must look, since every payment will meet them. */
export const isOurFault = (httpStatus: number, failureCode: string): boolean =>
  httpStatus === 400 || httpStatus === 401 || httpStatus === 403 || failureCode === "PAWAPAY_WALLET_OUT_OF_FUNDS";

/** A technical refusal is believed only in pawaPay's own words; a proxy's 403 is not one. */
export const isTechnicalCode = (failureCode: string): boolean => Object.hasOwn(reasons, failureCode);
