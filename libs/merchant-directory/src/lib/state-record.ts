import { type Envelope, MERCHANT_STATE_TYPE, encodeMerchantState, readEnvelope, toHeaders, decodeMerchantState } from "@malipo/event-contracts";
import { type Account, type Instant, partitionOf } from "@malipo/kernel";
import type { MerchantState } from "@malipo/merchant-lifecycle";
import type { OutgoingRecord, StoredRecord } from "@malipo/ports";

export const STATE_TOPIC = "merchants.state.v1";

/** The state as a record of `merchants.state.v1`, keyed and partitioned by merchant. */
export const stateRecord = (state: MerchantState, at: Instant, source: string): { partition: number; record: OutgoingRecord } => {
  const { merchantId, version } = state;
  const envelope: Envelope = {
    id: `${merchantId}-${version}`,
    source,
    type: MERCHANT_STATE_TYPE,
    time: at,
    subject: merchantId,
    account: merchantId as string as Account,
    aggregateVersion: version,
  };
  return { partition: partitionOf(merchantId), record: { key: merchantId, value: encodeMerchantState(state), headers: toHeaders(envelope) } };
};

/** @throws UndecodableError, RangeError for what this version cannot read. */
export const readStateRecord = (record: StoredRecord): MerchantState => {
  const { type } = readEnvelope(record.headers);
  if (type !== MERCHANT_STATE_TYPE) throw new RangeError(`${type} is not known here`);
  return decodeMerchantState(record.value);
};
