import type { Instant, PaymentId } from "@malipo/kernel";
import type { PaymentEvent, PublicView } from "@malipo/payment-lifecycle";
import { type Encoded, contract, implied, instant, shapeOf, wireTable } from "../codec/index.js";
import { paymentId, publicFields } from "./values.js";

/** One public change of a payment, for whoever follows payments from outside: no payer, no URL, no provider. */
export type LifecycleChange = Readonly<{
  type: "LifecycleChanged";
  paymentId: PaymentId;
  at: Instant;
  public: Omit<PublicView, "callback">;
}>;

export const lifecycleChanges = wireTable<LifecycleChange>({
  LifecycleChanged: contract(
    "payments.lifecycle.changed",
    shapeOf<LifecycleChange>({
      type: implied("LifecycleChanged"),
      paymentId,
      at: instant,
      public: shapeOf<LifecycleChange["public"]>(publicFields),
    }),
  ),
});

/** What an event means to the outside; undefined where nothing changed that a merchant sees. */
export const lifecycleChangeOf = (event: PaymentEvent): LifecycleChange | undefined => {
  if (!("public" in event) || event.public === undefined) return undefined;
  const { callback: _, ...view } = event.public;
  return { type: "LifecycleChanged", paymentId: event.paymentId, at: event.at, public: view };
};

export const encodeLifecycleChange = (change: LifecycleChange): Encoded => lifecycleChanges.encode(change);

/** @throws UnknownTypeError @throws UndecodableError */
export const decodeLifecycleChange = (ceType: string, value: unknown): LifecycleChange => lifecycleChanges.decode(ceType, value);
