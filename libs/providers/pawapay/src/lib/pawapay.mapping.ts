import { type AttemptId, exponentOf, formatAmount } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import { type CollectRequest, type JsonObject, type QueryAnswer, encodeJson, objectAt, readJsonObject, textAt } from "@malipo/provider-contract";
import { isTechnicalCode, reasonOf } from "./pawapay.reasons.js";

/** The attempt's id is pawaPay's idempotency key; the payment's id travels in the free fields. */
export const depositBody = ({ attemptId, paymentId, amount, payerAccount, coverage }: CollectRequest): Uint8Array =>
  encodeJson({
    depositId: attemptId,
    amount: wireAmount(formatAmount(amount), exponentOf(amount.currency), coverage.decimals),
    currency: amount.currency,
    payer: { type: "MMO", accountDetails: { phoneNumber: payerAccount.replace(/^\+/, ""), provider: coverage.operator } },
    clientReferenceId: paymentId,
    metadata: [{ paymentId }],
  });

/** The router refuses what would have to be rounded, so what is cut here are zeros. */
const wireAmount = (decimal: string, exponent: number, decimals: number): string => {
  if (decimals >= exponent) return decimal;
  const [whole = "", fraction = ""] = decimal.split(".");
  if (/[1-9]/.test(fraction.slice(decimals))) throw new RangeError("the operator takes fewer decimals than this amount has");
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals)}`;
};

/** `duplicate`: this id was taken before, by whichever outcome; only the status query tells. */
export const readInitiation = (status: number, body: Uint8Array, attemptId: AttemptId): Outcome | { kind: "duplicate" } => {
  const reply = readJsonObject(body);
  if (reply === undefined) return { kind: "unknown", cause: "unreadable_reply" };
  if (status === 200) {
    switch (reply["status"]) {
      case "ACCEPTED":
        return { kind: "in_progress", providerReference: textAt(reply, "depositId") ?? attemptId };
      case "DUPLICATE_IGNORED":
        return { kind: "duplicate" };
      case "REJECTED":
        return declinedBy(reply);
      default:
        // A word that we do not know, about our deposit, means that it is known there; anything else is nobody's answer.
        return textAt(reply, "depositId")?.toLowerCase() === attemptId
          ? { kind: "in_progress", providerReference: attemptId }
          : { kind: "unknown", cause: "unreadable_reply" };
    }
  }
  const { code } = failureOf(reply);
  if ((status === 400 || status === 401 || status === 403) && code !== undefined && isTechnicalCode(code)) return declinedBy(reply);
  return { kind: "unknown", cause: `http_${status}` };
};

export const readStatusReply = (status: number, body: Uint8Array, attemptId: AttemptId): QueryAnswer => {
  const reply = readJsonObject(body);
  if (status !== 200 || reply === undefined) return { kind: "unknown", cause: reply === undefined ? "unreadable_reply" : `http_${status}` };
  if (reply["status"] === "NOT_FOUND") return { kind: "not_found" };
  const data = objectAt(reply, "data");
  if (reply["status"] !== "FOUND" || data === undefined) return { kind: "unknown", cause: "unreadable_reply" };
  if (textAt(data, "depositId")?.toLowerCase() !== attemptId) return { kind: "unknown", cause: "reply_about_another" };
  return outcomeOfDeposit(data, attemptId);
};

/** A word that we do not know is progress, never a decline. */
export const outcomeOfDeposit = (data: JsonObject, attemptId: AttemptId): Outcome => {
  switch (data["status"]) {
    case "COMPLETED":
      return { kind: "approved", providerReference: textAt(data, "providerTransactionId") ?? attemptId };
    case "FAILED":
      return declinedBy(data);
    default:
      return { kind: "in_progress", providerReference: attemptId };
  }
};

export const failureOf = (reply: JsonObject): { code: string | undefined; message: string } => {
  const failure = objectAt(reply, "failureReason");
  return { code: textAt(failure, "failureCode"), message: textAt(failure, "failureMessage") ?? "" };
};

const declinedBy = (reply: JsonObject): Outcome => {
  const { code = "UNSPECIFIED_FAILURE", message } = failureOf(reply);
  return { kind: "declined", reason: reasonOf(code, message), providerCode: code };
};
