import { type Account, type Brand, type Instant, type PaymentId, assertNever } from "@malipo/kernel";

/** `<partition>-<seq>` of the causing event in `payments.events.v1`; also the `webhook-id`, the same at every try. */
export type DeliveryId = Brand<string, "DeliveryId">;

export const deliveryIdOf = (partition: number, seq: number): DeliveryId => `${partition}-${seq}` as DeliveryId;

/** @throws RangeError when the text is not `<partition>-<seq>`. */
export const parseDeliveryId = (text: string): { partition: number; seq: number } => {
  const match = /^(\d{1,2})-([1-9]\d{0,14})$/.exec(text);
  if (match === null) throw new RangeError("a delivery id is <partition>-<seq>");
  return { partition: Number(match[1]), seq: Number(match[2]) };
};

/** What came of one send. Only a 2xx is an acknowledgement. */
export type SendOutcome =
  | Readonly<{ kind: "response"; status: number }>
  | Readonly<{ kind: "not_sent"; cause: string }>
  | Readonly<{ kind: "unknown"; cause: string }>
  /** What a send needs is gone for good, such as the key of an erased URL: trying again cannot help. */
  | Readonly<{ kind: "impossible"; cause: string }>;

export type SendTrigger = "schedule" | "newer_event" | "redelivery";

/** `refused`: three answers that say "never". `gave_up`: 72 hours are over. `impossible`: see the outcome. */
export type ParkReason = "refused" | "gave_up" | "impossible";

/** A fact on `callbacks.deliveries.v1`. It carries its consequence, so that a fold needs neither clock nor chance. */
export type DeliveryFact =
  | Readonly<{
      type: "CallbackAttempted";
      deliveryId: DeliveryId;
      paymentId: PaymentId;
      attemptId: string;
      /** Counts the tries of this delivery from 1. */
      number: number;
      trigger: SendTrigger;
      /** When the send began. */
      at: Instant;
      durationMs: number;
      outcome: SendOutcome;
      /** Seq of the payment's newest callback when the send began: a newer one retries at once. */
      newestSeq: number;
      result: Readonly<{ kind: "delivered" } | { kind: "retry"; at: Instant } | { kind: "parked"; reason: ParkReason }>;
    }>
  | Readonly<{
      type: "RedeliveryRequested";
      deliveryId: DeliveryId;
      paymentId: PaymentId;
      requestId: string;
      at: Instant;
      by: string;
    }>;

export type DeliveryState = "waiting" | "delivered" | "parked";

/** One callback that is owed to a merchant, as the log tells it. */
export type Delivery = Readonly<{
  id: DeliveryId;
  partition: number;
  seq: number;
  paymentId: PaymentId;
  account: Account;
  /** Time of the causing event. */
  at: Instant;
  state: DeliveryState;
  parkReason?: ParkReason;
  /** Tries ever made. */
  attempts: number;
  /** Scheduled tries since the start of the present round; it picks the next delay. */
  step: number;
  /** 4xx answers of the present round that count towards parking. */
  refusals: number;
  /** First try of the present round; the 72 hours count from here. */
  roundBeganAt?: Instant;
  retryAt?: Instant;
  /** See `CallbackAttempted.newestSeq`; 0 before the first try. */
  newestSeq: number;
  /** An operator asked for it and it has not been tried since. */
  redeliver: boolean;
  lastAttemptId?: string;
  /** Offset of the last fact folded in; -1 before the first. A fact at or below it is already in. */
  factOffset: number;
}>;

export type OwedCallback = Pick<Delivery, "id" | "partition" | "seq" | "paymentId" | "account" | "at">;

export const owed = (callback: OwedCallback): Delivery => ({
  ...callback,
  state: "waiting",
  attempts: 0,
  step: 0,
  refusals: 0,
  newestSeq: 0,
  redeliver: false,
  factOffset: -1,
});

/**
 * Folds one fact at its offset in the deliveries topic. The same fact twice changes nothing: at the same offset because
 * of `factOffset`, at another one (a resent append) because of its attempt id.
 */
export const evolveDelivery = <Known extends Delivery>(delivery: Known, fact: DeliveryFact, offset: number): Known => {
  if (offset <= delivery.factOffset) return delivery;
  const known: Known = { ...delivery, factOffset: offset };

  switch (fact.type) {
    case "CallbackAttempted":
      return fact.attemptId === delivery.lastAttemptId ? known : afterAttempt(known, fact);
    case "RedeliveryRequested":
      return delivery.state === "waiting" ? { ...known, redeliver: true } : newRound(known);
    default:
      return assertNever(fact);
  }
};

type Attempted = Extract<DeliveryFact, { type: "CallbackAttempted" }>;

const afterAttempt = <Known extends Delivery>(delivery: Known, fact: Attempted): Known => {
  const { retryAt: _planned, parkReason: _reason, ...rest } = delivery;
  const tried = {
    ...rest,
    attempts: delivery.attempts + 1,
    step: delivery.step + (fact.trigger === "newer_event" ? 0 : 1),
    refusals: delivery.refusals + (isRefusal(fact.outcome) ? 1 : 0),
    roundBeganAt: delivery.roundBeganAt ?? fact.at,
    newestSeq: Math.max(delivery.newestSeq, fact.newestSeq),
    redeliver: false,
    lastAttemptId: fact.attemptId,
  };
  return { ...tried, ...standingAfter(delivery, fact) } as unknown as Known;
};

const standingAfter = (delivery: Delivery, { result }: Attempted): Pick<Delivery, "state" | "retryAt" | "parkReason"> => {
  // What a merchant has acknowledged stays acknowledged, even if an older owner's failure is recorded after it.
  if (delivery.state === "delivered") return { state: "delivered" };
  switch (result.kind) {
    case "delivered":
      return { state: "delivered" };
    case "retry":
      return { state: "waiting", retryAt: result.at };
    case "parked":
      return { state: "parked", parkReason: result.reason };
    default:
      return assertNever(result);
  }
};

const newRound = <Known extends Delivery>(delivery: Known): Known => {
  const { retryAt: _planned, parkReason: _reason, roundBeganAt: _began, ...rest } = delivery;
  return { ...rest, state: "waiting", step: 0, refusals: 0, redeliver: true } as unknown as Known;
};

export const isAcknowledged = (outcome: SendOutcome): boolean =>
  outcome.kind === "response" && outcome.status >= 200 && outcome.status < 300;

/** A 4xx that will not become better by waiting. 408, 410, and 429 keep their place in the order like a 5xx. */
export const isRefusal = (outcome: SendOutcome): boolean =>
  outcome.kind === "response" &&
  outcome.status >= 400 &&
  outcome.status < 500 &&
  outcome.status !== 408 &&
  outcome.status !== 410 &&
  outcome.status !== 429;
