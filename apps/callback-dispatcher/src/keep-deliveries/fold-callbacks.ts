import { type DeliveryFact, type DeliveryId, evolveDelivery } from "@malipo/callback-delivery";
import type { PaymentId } from "@malipo/kernel";
import { type Callback, type EventsBatch, type FactsBatch, RowsLostError } from "./callback-store.js";

/**
 * From which offset a batch is new to the rows; undefined when they have all of it.
 * @throws RowsLostError when there is a hole before it.
 */
export const newFrom = ({ from, after }: EventsBatch | FactsBatch, checkpoint: number): number | undefined => {
  if (checkpoint < from) throw new RowsLostError(after.topic, after.partition);
  return checkpoint >= after.offset ? undefined : checkpoint;
};

/**
 * The payments that batches tell of, with their partitions. Also those of records that the rows had before: another
 * instance may have been faster, or our own commit's answer was lost, and whoever asked has heard of neither.
 */
export const paymentsOf = (events: readonly EventsBatch[], facts: readonly FactsBatch[]): Map<PaymentId, number> =>
  new Map([
    ...events.flatMap(({ after, owed }) => owed.map(({ callback }) => [callback.paymentId, after.partition] as const)),
    // Of a record that only we cannot read, a newer instance may have made a callback that is ours to send.
    ...events.flatMap(({ unread }) => unread.map(({ paymentId, partition }) => [paymentId, partition] as const)),
    ...facts.flatMap(({ after, facts: placed }) => placed.map(({ fact }) => [fact.paymentId, after.partition] as const)),
  ]);

type PlacedFact = FactsBatch["facts"][number];

/** Folds facts into callbacks in their order; returns those that changed, and facts about none that is known. */
export const foldFacts = (
  known: ReadonlyMap<DeliveryId, Callback>,
  facts: readonly PlacedFact[],
): { changed: Map<DeliveryId, Callback>; strays: DeliveryFact[] } => {
  const changed = new Map<DeliveryId, Callback>();
  const strays: DeliveryFact[] = [];
  for (const { offset, fact } of facts) {
    const callback = changed.get(fact.deliveryId) ?? known.get(fact.deliveryId);
    if (callback === undefined) strays.push(fact);
    else changed.set(fact.deliveryId, evolveDelivery(callback, fact, offset));
  }
  return { changed, strays };
};
