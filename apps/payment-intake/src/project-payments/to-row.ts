import { type PaymentEventCodec, fromJsonBytes, paymentEventCodec } from "@malipo/event-contracts";
import type { ChainRecord, ParkedReason } from "@malipo/event-log";
import { accountOfRow, type ChangeSet, type EventRow, parkEvent, projectEvent } from "@malipo/projections";

export type Park = (record: ChainRecord, reason: ParkedReason, detail: string) => void;

/**
 * One valid record into a batch. What cannot be read is told to `park`; its raw row is kept all the same where its
 * attributes can be read, so that a newer version finds it there.
 */
export const addRecord = (changes: ChangeSet, record: ChainRecord, park: Park, codec: PaymentEventCodec = paymentEventCodec): EventRow | undefined => {
  const row = readRow(record, park);
  if (row === undefined) return undefined;
  try {
    projectEvent(changes, row, codec.decode(row.type, fromJsonBytes(row.value)));
  } catch (error) {
    parkEvent(changes, row);
    park(record, "unknown_type", error instanceof Error ? error.message : String(error));
    const unread = { ...row, unread: true } as const;
    changes.events.push(unread);
    return unread;
  }
  changes.events.push(row);
  return row;
};

const readRow = (record: ChainRecord, park: Park): EventRow | undefined => {
  try {
    const { subject, aggregateVersion, type, causation, commandOffset, correlation, time, account } = record.envelope;
    return {
      partition: record.partition,
      offset: record.offset,
      seq: record.seq,
      aggregateId: subject,
      aggregateVersion: aggregateVersion ?? 1,
      type,
      value: record.value,
      ...(causation !== undefined && { commandId: causation }),
      ...(commandOffset !== undefined && { commandOffset }),
      ...(correlation !== undefined && { correlation }),
      at: time,
      account: accountOfRow(account),
    };
  } catch (error) {
    park(record, "unreadable", error instanceof Error ? error.message : String(error));
    return undefined;
  }
};
