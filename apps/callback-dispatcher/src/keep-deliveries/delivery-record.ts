import type { DeliveryFact, DeliveryId, SendOutcome } from "@malipo/callback-delivery";
import { contract, id, implied, instant, literal, oneOf, shapeOf, text, toHeaders, toJsonBytes, fromJsonBytes, union, wholeNumber, wireTable } from "@malipo/event-contracts";
import { type Account, type PaymentId, partitionOf } from "@malipo/kernel";
import type { OutgoingRecord, StoredRecord } from "@malipo/ports";
import { readEnvelope } from "@malipo/event-contracts";

export const DELIVERIES = "callbacks.deliveries.v1";

type Of<Type extends DeliveryFact["type"]> = Extract<DeliveryFact, { type: Type }>;
type Outcome<Kind extends SendOutcome["kind"]> = Extract<SendOutcome, { kind: Kind }>;
type Result<Kind extends Of<"CallbackAttempted">["result"]["kind"]> = Extract<Of<"CallbackAttempted">["result"], { kind: Kind }>;

const subject = { deliveryId: id<DeliveryId>(), paymentId: id<PaymentId>() };

const outcome = union("kind", {
  response: shapeOf<Outcome<"response">>({ kind: literal("response"), status: wholeNumber }),
  not_sent: shapeOf<Outcome<"not_sent">>({ kind: literal("not_sent"), cause: text }),
  unknown: shapeOf<Outcome<"unknown">>({ kind: literal("unknown"), cause: text }),
  impossible: shapeOf<Outcome<"impossible">>({ kind: literal("impossible"), cause: text }),
});
const result = union("kind", {
  delivered: shapeOf<Result<"delivered">>({ kind: literal("delivered") }),
  retry: shapeOf<Result<"retry">>({ kind: literal("retry"), at: instant }),
  parked: shapeOf<Result<"parked">>({ kind: literal("parked"), reason: oneOf(["refused", "gave_up", "impossible"]) }),
});

/** The facts on `callbacks.deliveries.v1` and their versioned names on the wire. */
export const deliveryFacts = wireTable<DeliveryFact>({
  CallbackAttempted: contract(
    "callbacks.delivery.attempted",
    shapeOf<Of<"CallbackAttempted">>({
      type: implied("CallbackAttempted"),
      ...subject,
      attemptId: text,
      number: wholeNumber,
      trigger: oneOf(["schedule", "newer_event", "redelivery"]),
      at: instant,
      durationMs: wholeNumber,
      outcome,
      newestSeq: wholeNumber,
      result,
    }),
  ),
  RedeliveryRequested: contract(
    "callbacks.delivery.redelivery_requested",
    shapeOf<Of<"RedeliveryRequested">>({ type: implied("RedeliveryRequested"), ...subject, requestId: text, at: instant, by: text }),
  ),
});

/** A fact as a record in its account's partition, which is the partition of the causing event. */
export const toDeliveryRecord = (fact: DeliveryFact, account: Account): { partition: number; record: OutgoingRecord } => {
  const { type, value } = deliveryFacts.encode(fact);
  return {
    partition: partitionOf(account),
    record: {
      key: fact.paymentId,
      value: toJsonBytes(value),
      headers: toHeaders({
        id: fact.type === "CallbackAttempted" ? fact.attemptId : fact.requestId,
        source: "/malipo/callback-dispatcher",
        type,
        time: fact.at,
        subject: fact.paymentId,
        account,
        causation: fact.deliveryId,
      }),
    },
  };
};

/** @throws UnknownTypeError @throws UndecodableError @throws RangeError: the record is parked. */
export const readDeliveryRecord = (record: Pick<StoredRecord, "headers" | "value">): DeliveryFact =>
  deliveryFacts.decode(readEnvelope(record.headers).type, fromJsonBytes(record.value));
