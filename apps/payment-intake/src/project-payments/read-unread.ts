import { type PaymentEventCodec, type RecordedFact, fromJsonBytes, paymentEventCodec } from "@malipo/event-contracts";
import { ChangeSet, type EventRow, projectEvent } from "@malipo/projections";

type ReadAtLast = Readonly<{ changes: ChangeSet; paymentIds: readonly string[]; partitions: ReadonlySet<number> }>;

/**
 * All rows of the payments that can be read from end to end by now, made from nothing but their stored events; those with
 * an event that is still unknown go on waiting.
 */
export const readUnread = (rows: readonly EventRow[], codec: PaymentEventCodec = paymentEventCodec): ReadAtLast => {
  const changes = new ChangeSet();
  const paymentIds: string[] = [];
  const partitions = new Set<number>();
  for (const [paymentId, history] of Map.groupBy(rows, ({ aggregateId }) => aggregateId)) {
    const events = readAll(history, codec);
    if (events === undefined) continue;
    for (const [index, row] of history.entries()) {
      projectEvent(changes, row, events[index]!);
      partitions.add(row.partition);
    }
    paymentIds.push(paymentId);
  }
  return { changes, paymentIds, partitions };
};

const readAll = (history: readonly EventRow[], codec: PaymentEventCodec): readonly RecordedFact[] | undefined => {
  try {
    return history.map(({ type, value }) => codec.decode(type, fromJsonBytes(value)));
  } catch {
    return undefined; // it is on record as parked
  }
};
