import { type Instant, plus } from "@malipo/kernel";
import {
  type Delivery,
  type DeliveryFact,
  type DeliveryId,
  type SendOutcome,
  type SendTrigger,
  evolveDelivery,
  isAcknowledged,
  isRefusal,
} from "./delivery.js";
import { refusalsMax, retryWaitMs, withinRound } from "./schedule.js";

/** One send that has begun and is not yet on record. */
export type Send = Readonly<{ deliveryId: DeliveryId; attemptId: string; at: Instant; trigger: SendTrigger; newestSeq: number }>;

/**
 * The callbacks of one payment, first in, first out. The next one goes only when the one before it is acknowledged or
 * parked, and no second send begins while one is under way.
 *
 *   waiting ── 2xx ─────────────────────────────▶ delivered
 *      │  └── network error, 5xx, 408, 410, 429 ─▶ waiting (retryAt), until 72 hours are over ─▶ parked
 *      └── third other 4xx, or impossible ───────▶ parked
 *   delivered, parked ── redelivery requested ──▶ waiting, in its old place
 */
export type PaymentLine<Known extends Delivery = Delivery> = Readonly<{ deliveries: readonly Known[]; sending?: Send }>;

export const emptyLine: PaymentLine<never> = { deliveries: [] };

/** Puts a callback in its place by `seq`; one that is there already stays as it is. */
export const enqueue = <Known extends Delivery>(line: PaymentLine<Known>, delivery: Known): PaymentLine<Known> =>
  line.deliveries.some(({ id }) => id === delivery.id)
    ? line
    : { ...line, deliveries: [...line.deliveries, delivery].sort((a, b) => a.seq - b.seq) };

export const headOf = <Known extends Delivery>(line: PaymentLine<Known>): Known | undefined => line.deliveries.find(({ state }) => state === "waiting");

const newestSeqOf = (line: PaymentLine): number => line.deliveries.at(-1)?.seq ?? 0;

/** When the head goes next, and why; undefined while a send is under way or nothing waits. */
export const nextSend = <Known extends Delivery>(
  line: PaymentLine<Known>,
): Readonly<{ delivery: Known; at: Instant; trigger: SendTrigger }> | undefined => {
  const delivery = headOf(line);
  if (delivery === undefined || line.sending !== undefined) return undefined;
  if (delivery.redeliver) return { delivery, at: delivery.at, trigger: "redelivery" };
  if (delivery.retryAt === undefined) return { delivery, at: delivery.at, trigger: "schedule" };
  const newest = line.deliveries.at(-1);
  // Something new to tell may mean that the merchant is awake, and nobody wants news to wait for half a day.
  if (newest !== undefined && newest.seq > delivery.newestSeq && newest.at < delivery.retryAt) {
    return { delivery, at: newest.at, trigger: "newer_event" };
  }
  return { delivery, at: delivery.retryAt, trigger: "schedule" };
};

/** Begins the send of the head when it is due. */
export const beginSend = <Known extends Delivery>(
  line: PaymentLine<Known>,
  now: Instant,
  attemptId: string,
): Readonly<{ line: PaymentLine<Known>; delivery: Known; send: Send }> | undefined => {
  const next = nextSend(line);
  if (next === undefined || next.at > now) return undefined;
  const send = { deliveryId: next.delivery.id, attemptId, at: now, trigger: next.trigger, newestSeq: newestSeqOf(line) };
  return { line: { ...line, sending: send }, delivery: next.delivery, send };
};

/** The fact to be recorded about a send that is over. `drawn` in [0, 1) is the jitter of the next wait. */
export const concludeSend = (delivery: Delivery, send: Send, outcome: SendOutcome, durationMs: number, drawn: number): DeliveryFact => ({
  type: "CallbackAttempted",
  deliveryId: send.deliveryId,
  paymentId: delivery.paymentId,
  attemptId: send.attemptId,
  number: delivery.attempts + 1,
  trigger: send.trigger,
  at: send.at,
  durationMs,
  outcome,
  newestSeq: send.newestSeq,
  result: resultOf(delivery, send, outcome, plus(send.at, durationMs), drawn),
});

const resultOf = (delivery: Delivery, send: Send, outcome: SendOutcome, endedAt: Instant, drawn: number) => {
  if (isAcknowledged(outcome)) return { kind: "delivered" } as const;
  if (outcome.kind === "impossible") return { kind: "parked", reason: "impossible" } as const;
  if (isRefusal(outcome) && delivery.refusals + 1 >= refusalsMax) return { kind: "parked", reason: "refused" } as const;
  const at = retryAfter(delivery, send, endedAt, drawn);
  return withinRound(delivery.roundBeganAt ?? send.at, at) ? ({ kind: "retry", at } as const) : ({ kind: "parked", reason: "gave_up" } as const);
};

/** A try out of turn does not push the schedule back: what was planned stays planned. */
const retryAfter = (delivery: Delivery, send: Send, endedAt: Instant, drawn: number): Instant => {
  if (send.trigger !== "newer_event") return plus(endedAt, retryWaitMs(delivery.step + 1, drawn));
  if (delivery.retryAt !== undefined && delivery.retryAt > endedAt) return delivery.retryAt;
  return plus(endedAt, retryWaitMs(Math.max(1, delivery.step), drawn));
};

/** Folds a recorded fact; it ends the send that it tells of. */
export const evolveLine = <Known extends Delivery>(line: PaymentLine<Known>, fact: DeliveryFact, offset: number): PaymentLine<Known> => {
  const deliveries = line.deliveries.map((delivery) => (delivery.id === fact.deliveryId ? evolveDelivery(delivery, fact, offset) : delivery));
  const over = fact.type === "CallbackAttempted" && line.sending?.attemptId === fact.attemptId;
  return over || line.sending === undefined ? { deliveries } : { deliveries, sending: line.sending };
};
