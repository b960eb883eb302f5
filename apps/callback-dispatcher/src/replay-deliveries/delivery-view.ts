import { formatInstant } from "@malipo/kernel";
import type { Callback, RecordedAttempt } from "../keep-deliveries/callback-store.js";

/** What operations see of a callback: never its URL, which may hold a merchant's secret. */
export const deliveryView = (callback: Callback, attempts?: readonly RecordedAttempt[]) => ({
  deliveryId: callback.id,
  account: callback.account,
  paymentId: callback.paymentId,
  orderNumber: callback.orderNumber,
  reference: callback.reference,
  type: callback.type,
  version: callback.version,
  status: callback.status,
  occurredAt: formatInstant(callback.at),
  state: callback.state,
  ...(callback.parkReason !== undefined && { parkReason: callback.parkReason }),
  tries: callback.attempts,
  // Absent before the first try: then it goes at once, or as soon as the one before it is done.
  ...(callback.state === "waiting" && callback.retryAt !== undefined && { nextTryAt: formatInstant(callback.retryAt) }),
  ...(attempts !== undefined && { attempts: attempts.filter(({ fact }) => fact.deliveryId === callback.id).map(attemptView) }),
});

const attemptView = ({ fact }: RecordedAttempt) => ({
  attemptId: fact.attemptId,
  number: fact.number,
  trigger: fact.trigger,
  at: formatInstant(fact.at),
  durationMs: fact.durationMs,
  outcome: fact.outcome,
  result: fact.result.kind,
  ...(fact.result.kind === "retry" && { retryAt: formatInstant(fact.result.at) }),
  ...(fact.result.kind === "parked" && { parkReason: fact.result.reason }),
});

export type DeliveryView = ReturnType<typeof deliveryView>;
