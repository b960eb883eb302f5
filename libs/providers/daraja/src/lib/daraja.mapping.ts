import { type AttemptId, formatAmount } from "@malipo/kernel";
import type { Outcome } from "@malipo/payment-lifecycle";
import { type CollectRequest, type JsonObject, type QueryAnswer, encodeJson, readJsonObject, textAt } from "@malipo/provider-contract";
import { reasonOf } from "./daraja.reasons.js";

export type Push = Readonly<{ shortcode: string; transactionType: string; callbackUrl: string }>;

/** Daraja's clock is East Africa Time, three hours ahead of UTC all year: YYYYMMDDHHMMSS. */
export const darajaTime = (at: number): string => new Date(at + 3 * 3_600_000).toISOString().replace(/\D/g, "").slice(0, 14);

export const passwordOf = (shortcode: string, passkey: string, timestamp: string): string =>
  Buffer.from(`${shortcode}${passkey}${timestamp}`, "utf8").toString("base64");

/** At most 12 characters: the first 48 bits of the payment's id, as the statement will show them under A/C No. */
export const accountReferenceOf = (paymentId: string): string => paymentId.slice(0, 12).toUpperCase();

/** Everything but the password, which is a credential and is added when it is sent. */
export const pushBody = ({ amount, payerAccount, paymentId, at }: CollectRequest, push: Push): Uint8Array => {
  const decimal = formatAmount(amount);
  if (!/^[1-9]\d*(\.0+)?$/.test(decimal)) throw new RangeError("Daraja takes whole KES only");
  const phone = payerAccount.replace(/^\+/, "");
  return encodeJson({
    BusinessShortCode: push.shortcode,
    Timestamp: darajaTime(at),
    TransactionType: push.transactionType,
    Amount: Number(decimal.split(".")[0]),
    PartyA: phone,
    PartyB: push.shortcode,
    PhoneNumber: phone,
    CallBackURL: push.callbackUrl,
    AccountReference: accountReferenceOf(paymentId),
    TransactionDesc: "Payment",
  });
};

const BUSY = "500.001.1001";
export const BAD_TOKEN = "404.001.03";

export const errorCodeOf = (body: Uint8Array): string | undefined => textAt(readJsonObject(body), "errorCode");

/**
 * "0" means accepted, nothing more. An error in Daraja's own form (a dotted code) is its gateway's refusal: nothing was
 * passed on to the payer. Anything else may come from in between and tells nothing.
 */
export const readPushReply = (status: number, body: Uint8Array): Outcome => {
  const reply = readJsonObject(body);
  if (reply === undefined) return { kind: "unknown", cause: "unreadable_reply" };
  if (status === 200) {
    const reference = textAt(reply, "CheckoutRequestID");
    if (reference === undefined) return { kind: "unknown", cause: "no_checkout_request_id" };
    // No page lists a ResponseCode but 0, so another one is not taken for a refusal either: the query tells.
    return { kind: "in_progress", providerReference: reference };
  }
  const code = textAt(reply, "errorCode");
  if (code !== undefined && isRefusal(status, code)) return { kind: "declined", reason: "provider_unavailable", providerCode: code };
  return { kind: "unknown", cause: `http_${status}` };
};

/** 4xx of its gateway (bad request, bad token, too many), or busy: each is said before a prompt is made. */
const isRefusal = (status: number, code: string): boolean =>
  code === BUSY || (/^4\d\d\.\d{3}\.\d{2,4}$/.test(code) && status >= 400 && status < 500);

/** Strings here, numbers in the webhook. While the prompt is open the query answers HTTP 500 with the code for busy. */
export const readQueryReply = (status: number, body: Uint8Array, checkoutRequestId: string, attemptId: AttemptId): QueryAnswer => {
  const reply = readJsonObject(body);
  if (reply === undefined) return { kind: "unknown", cause: "unreadable_reply" };
  if (status === 500 && textAt(reply, "errorCode") === BUSY) {
    // The same code also answers wrong credentials and a busy gateway: only the words for a running transaction are news.
    return /process/i.test(textAt(reply, "errorMessage") ?? "")
      ? { kind: "in_progress", providerReference: checkoutRequestId }
      : { kind: "unknown", cause: "busy" };
  }
  if (status !== 200) return { kind: "unknown", cause: `http_${status}` };
  if (textAt(reply, "CheckoutRequestID") !== checkoutRequestId) return { kind: "unknown", cause: "reply_about_another" };
  // The query gives no receipt, and the id it was asked with names the payer; our own id stands in.
  return outcomeOf(codeAt(reply, "ResultCode"), checkoutRequestId, attemptId);
};

export const outcomeOf = (code: string | undefined, checkoutRequestId: string, receipt: string): Outcome => {
  if (code === "0") return { kind: "approved", providerReference: receipt };
  const reason = code === undefined ? undefined : reasonOf(code);
  return code === undefined || reason === undefined
    ? { kind: "in_progress", providerReference: checkoutRequestId }
    : { kind: "declined", reason, providerCode: code };
};

/** A code as text, whichever of string and number it came as. */
export const codeAt = (object: JsonObject, name: string): string | undefined => {
  const value = object[name];
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : textAt(object, name);
};
