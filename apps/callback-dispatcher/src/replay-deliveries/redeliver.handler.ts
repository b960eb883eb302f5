import type { DeliveryId } from "@malipo/callback-delivery";
import type { Clock, Random } from "@malipo/ports";
import type { Callback, CallbackStore } from "../keep-deliveries/callback-store.js";
import type { AppendFact } from "../schedule-delivery/dispatcher.js";

export type RedeliverOptions = Readonly<{ store: CallbackStore; append: AppendFact; clock: Clock; random: Random }>;

/** Puts the wish to send callbacks again on record; the owner of their partition reads it there and acts. */
export class RedeliverHandler {
  constructor(private readonly options: RedeliverOptions) {}

  async execute(ids: readonly DeliveryId[], by: string): Promise<{ requested: readonly Callback[]; unknown: readonly DeliveryId[] }> {
    const { append, clock, random, store } = this.options;
    const requested = await store.find(ids);
    await Promise.all(
      requested.map(({ id, paymentId, account }) =>
        append({ type: "RedeliveryRequested", deliveryId: id, paymentId, requestId: random.uuid(), at: clock.now(), by }, account),
      ),
    );
    const found = new Set(requested.map(({ id }) => id));
    return { requested, unknown: ids.filter((id) => !found.has(id)) };
  }
}
