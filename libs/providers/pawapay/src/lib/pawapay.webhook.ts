import type { AttemptId } from "@malipo/kernel";
import { type RawWebhook, type WebhookReading, readJsonObject, textAt } from "@malipo/provider-contract";
import { outcomeOfDeposit } from "./pawapay.mapping.js";

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The body is the status query's `data` without its envelope. */
export const readPawapayWebhook = ({ body }: RawWebhook): WebhookReading => {
  const data = readJsonObject(body);
  if (data === undefined) return { kind: "unreadable", why: "not a JSON object" };
  const attemptId = textAt(data, "depositId")?.toLowerCase() as AttemptId | undefined;
  if (attemptId === undefined) {
    return textAt(data, "payoutId") !== undefined || textAt(data, "refundId") !== undefined
      ? { kind: "ignored", why: "not about a deposit" }
      : { kind: "unreadable", why: "no depositId" };
  }
  if (!uuidForm.test(attemptId)) return { kind: "unreadable", why: "depositId is no id of ours" };
  return { kind: "outcome", correlation: { attemptId }, outcome: outcomeOfDeposit(data, attemptId), queryReference: attemptId };
};
