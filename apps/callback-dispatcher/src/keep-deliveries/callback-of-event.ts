import { callbackBody, deliveryIdOf, owed } from "@malipo/callback-delivery";
import { type Envelope, type PaymentEventCodec, fromJsonBytes, paymentEventCodec } from "@malipo/event-contracts";
import type { Account } from "@malipo/kernel";
import type { PublicView } from "@malipo/payment-lifecycle";
import type { Callback } from "./callback-store.js";

export const EVENTS = "payments.events.v1";

type EventRecord = Readonly<{ partition: number; seq: number; value: Uint8Array; envelope: Envelope }>;

/**
 * The callback that an event causes: one for each public change after the creation itself, if the merchant gave a URL.
 * @throws UnknownTypeError @throws UndecodableError: a newer version wrote it; the payment is parked.
 */
export const callbackOfEvent = ({ partition, seq, value, envelope }: EventRecord, codec: Pick<PaymentEventCodec, "decode"> = paymentEventCodec): Callback | undefined => {
  const event = codec.decode(envelope.type, fromJsonBytes(value));
  if (event.type === "CommandRefused" || event.type === "PaymentInitiated") return undefined;
  const view: PublicView | undefined = "public" in event ? event.public : undefined;
  if (view?.callback === undefined) return undefined;
  const account = envelope.account as Account;
  return {
    ...owed({ id: deliveryIdOf(partition, seq), partition, seq, paymentId: event.paymentId, account, at: event.at }),
    type: view.type,
    version: view.version,
    status: view.status,
    orderNumber: view.orderNumber,
    reference: view.reference,
    body: callbackBody(view, event.at),
    url: view.callback,
    ...(envelope.traceparent !== undefined && { traceparent: envelope.traceparent }),
  };
};
