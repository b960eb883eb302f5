import type { AttemptId } from "@malipo/kernel";
import { type JsonObject, type RawWebhook, type WebhookReading, objectAt, readJsonObject, textAt } from "@malipo/provider-contract";
import { codeAt, outcomeOf } from "./daraja.mapping.js";

/**
 * Correlates by the attempt token of the path, so it works also when the reply with the CheckoutRequestID was lost; the
 * body then brings that id.
 */
export const readDarajaWebhook = ({ body }: RawWebhook, attemptId: AttemptId): WebhookReading => {
  const callback = objectAt(objectAt(readJsonObject(body), "Body"), "stkCallback");
  const reference = textAt(callback, "CheckoutRequestID");
  if (callback === undefined || reference === undefined) return { kind: "unreadable", why: "no Body.stkCallback.CheckoutRequestID" };
  const outcome = outcomeOf(codeAt(callback, "ResultCode"), reference, receiptOf(callback) ?? attemptId);
  return { kind: "outcome", correlation: { attemptId }, outcome, queryReference: reference };
};

/** Items may be missing or without a value, so they are read by name. */
const receiptOf = (callback: JsonObject): string | undefined => {
  const items = objectAt(callback, "CallbackMetadata")?.["Item"];
  if (!Array.isArray(items)) return undefined;
  const receipt = (items as unknown[]).find((item): item is JsonObject => (item as JsonObject | null)?.["Name"] === "MpesaReceiptNumber");
  return textAt(receipt, "Value");
};
