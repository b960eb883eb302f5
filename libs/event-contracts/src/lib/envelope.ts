import { type Account, type Instant, type Mode, formatInstant, parseAccount, parseInstant } from "@malipo/kernel";

/**
 * CloudEvents 1.0 attributes in binary mode. Header names are frozen, since the chain's digest covers them; all are set
 * before the digest, and `ce_seq` and `ce_prev` are added by the chain alone.
 */
export type Envelope = Readonly<{
  /** Unique per record: of an event `<commandId>` or drawn, of a command its command id. */
  id: string;
  /** The service that writes it, such as `/malipo/payment-intake`. */
  source: string;
  /** Versioned wire type, such as `payments.payment.completed.v1`. */
  type: string;
  time: Instant;
  /** Aggregate id; the record's key is the same. */
  subject: string;
  account?: Account;
  aggregateVersion?: number;
  /** Id of the command that caused it. */
  causation?: string;
  /** Travels unchanged from the request through all that follows from it. */
  correlation?: string;
  /** Offset of the causing command in the commands topic; the highest in a partition is the owner's cursor. */
  commandOffset?: number;
  traceparent?: string;
  /** Commands only: a decision after this time is not taken. */
  decideBefore?: Instant;
}>;

/** Header values as the log hands them over. */
type HeaderValues = Readonly<Record<string, string | Uint8Array>>;

const decoder = new TextDecoder();

/** A header's value as text. */
export const headerText = (value: string | Uint8Array | undefined): string | undefined =>
  value === undefined || typeof value === "string" ? value : decoder.decode(value);

export const toHeaders = (envelope: Envelope): Record<string, string> => {
  const headers: Record<string, string> = {
    ce_specversion: "1.0",
    ce_id: envelope.id,
    ce_source: envelope.source,
    ce_type: envelope.type,
    ce_time: formatInstant(envelope.time),
    ce_subject: envelope.subject,
    "content-type": "application/json",
  };
  if (envelope.account !== undefined) {
    headers["ce_account"] = envelope.account;
    headers["ce_mode"] = modeOf(envelope.account);
  }
  if (envelope.aggregateVersion !== undefined) headers["ce_aggversion"] = String(envelope.aggregateVersion);
  if (envelope.causation !== undefined) headers["ce_causation"] = envelope.causation;
  if (envelope.correlation !== undefined) headers["ce_correlation"] = envelope.correlation;
  if (envelope.commandOffset !== undefined) headers["ce_cmdoffset"] = String(envelope.commandOffset);
  if (envelope.traceparent !== undefined) headers["ce_traceparent"] = envelope.traceparent;
  if (envelope.decideBefore !== undefined) headers["ce_decidebefore"] = formatInstant(envelope.decideBefore);
  return headers;
};

/** @throws RangeError when a required attribute is missing or unreadable; such a record is parked. */
export const readEnvelope = (headers: HeaderValues): Envelope => {
  const required = (name: string): string => {
    const value = headerText(headers[name]);
    if (value === undefined) throw new RangeError(`header ${name} is missing`);
    return value;
  };
  const optional = <Value>(name: string, read: (value: string) => Value): Value | undefined => {
    const value = headerText(headers[name]);
    return value === undefined ? undefined : read(value);
  };
  const account = optional("ce_account", (value) => value as Account);
  const aggregateVersion = optional("ce_aggversion", wholeNumber);
  const causation = optional("ce_causation", String);
  const correlation = optional("ce_correlation", String);
  const commandOffset = optional("ce_cmdoffset", wholeNumber);
  const traceparent = optional("ce_traceparent", String);
  const decideBefore = optional("ce_decidebefore", parseInstant);
  return {
    id: required("ce_id"),
    source: required("ce_source"),
    type: required("ce_type"),
    time: parseInstant(required("ce_time")),
    subject: required("ce_subject"),
    ...(account !== undefined && { account }),
    ...(aggregateVersion !== undefined && { aggregateVersion }),
    ...(causation !== undefined && { causation }),
    ...(correlation !== undefined && { correlation }),
    ...(commandOffset !== undefined && { commandOffset }),
    ...(traceparent !== undefined && { traceparent }),
    ...(decideBefore !== undefined && { decideBefore }),
  };
};

/** An account of a payment, or a bare merchant id on the merchants topics, which know no mode. */
const modeOf = (account: Account): Mode | "none" => (account.includes("/") ? parseAccount(account).mode : "none");

const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(number)) throw new RangeError(`not a whole number: ${value}`);
  return number;
};
