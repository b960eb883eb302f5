import { type Envelope, fromJsonBytes, id, instant, mapOf, readEnvelope, shapeOf, text, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import { type Account, type Instant, type PayerId, type Sealed, formatInstant, partitionOf } from "@malipo/kernel";
import type { KeyOwner, OutgoingRecord, StoredRecord } from "@malipo/ports";
import type { RawWebhook } from "@malipo/provider-contract";

export const EVIDENCE_TOPIC = "providers.evidence.v1";
export const WEBHOOK_RECEIVED = "providers.webhook.received.v1";

/** What the record shows to everybody who reads the topic; the webhook itself is in `raw`, sealed. */
export type WebhookReceived = Readonly<{ provider: string; receivedAt: Instant; raw: Sealed }>;

const codec = shapeOf<WebhookReceived>({ provider: text, receivedAt: instant, raw: id<Sealed>() });

type Raw = Readonly<{ pathToken: string; headers: Readonly<Record<string, string>>; body: string }>;
const rawCodec = shapeOf<Raw>({ pathToken: text, headers: mapOf(text), body: text });

/**
 * Evidence comes before we know whose payment it tells of, so its data keys belong to no account but to a day (UTC):
 * deleting a day's key makes that day's evidence unreadable.
 */
export const evidenceOwner = (at: Instant): KeyOwner => ({
  purpose: "provider-evidence",
  account: "evidence" as Account,
  payer: formatInstant(at).slice(0, 10) as PayerId,
});

export const evidenceField = (recordId: string): string => `evidence/${recordId}`;

export const rawText = ({ pathToken, headers, body }: RawWebhook): string =>
  JSON.stringify(rawCodec.encode({ pathToken, headers, body: Buffer.from(body).toString("base64") }));

export const readRaw = (bytes: Uint8Array, receivedAt: Instant): RawWebhook => {
  const { pathToken, headers, body } = rawCodec.decode(fromJsonBytes(bytes));
  return { pathToken, headers, body: Buffer.from(body, "base64"), receivedAt };
};

/** Webhooks of one attempt share a partition, and so keep their order. */
export const evidencePartition = (provider: string, correlation: string): number => partitionOf(`${provider}/${correlation}`);

export const evidenceRecord = (recordId: string, source: string, correlation: string, received: WebhookReceived, traceparent?: string): OutgoingRecord => {
  const envelope: Envelope = {
    id: recordId,
    source,
    type: WEBHOOK_RECEIVED,
    time: received.receivedAt,
    subject: correlation,
    ...(traceparent !== undefined && { traceparent }),
  };
  return { key: `${received.provider}/${correlation}`, value: toJsonBytes(codec.encode(received)), headers: toHeaders(envelope) };
};

/** @throws RangeError or UndecodableError; such a record is parked. */
export const readEvidenceRecord = (record: StoredRecord): WebhookReceived & Readonly<{ recordId: string; position: string }> => {
  const { id: recordId, type } = readEnvelope(record.headers);
  if (type !== WEBHOOK_RECEIVED) throw new RangeError(`unknown type ${type}`);
  return { ...codec.decode(fromJsonBytes(record.value)), recordId, position: `${record.topic}/${record.partition}/${record.offset}` };
};
