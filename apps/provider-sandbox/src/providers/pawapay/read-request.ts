import type { OperationKind } from "../../ledger/records.js";
import { toHundredths } from "./amounts.js";
import { Rejection } from "./failures.js";
import { decimalsFor, limitsOf, numberFits, placeOf, type Place } from "./markets.js";

export type Json = Readonly<Record<string, unknown>>;

export const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const amountForm = /^(0|[1-9][0-9]{0,17})(\.[0-9]{1,2})?$/;
const messageForm = /^[a-zA-Z0-9 ]{4,22}$/;
/** pawaPay's pages give no limit for it; 36 holds a UUID, and what fits here fits there. */
const referenceLengthMax = 36;

const invalid = (name: string, why: string): Rejection => new Rejection(400, "INVALID_PARAMETER", `${name}: ${why}`);

export const asObject = (value: unknown, name: string): Json => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Rejection(400, "INVALID_INPUT", `${name}: a JSON object is expected`);
  }
  return value as Json;
};

export const onlyFields = (object: Json, allowed: readonly string[], required: readonly string[], path = ""): void => {
  for (const name of Object.keys(object)) {
    if (!allowed.includes(name) && !required.includes(name)) {
      throw new Rejection(400, "UNSUPPORTED_PARAMETER", `${path}${name}: this parameter is not supported`);
    }
  }
  for (const name of required) {
    if (object[name] === undefined || object[name] === null) {
      throw new Rejection(400, "MISSING_PARAMETER", `${path}${name}: this parameter is missing`);
    }
  }
};

export const asString = (value: unknown, name: string): string => {
  if (typeof value !== "string") throw invalid(name, "a string is expected");
  return value;
};

export const asId = (value: unknown, name: string): string => {
  const id = asString(value, name);
  if (!uuidV4.test(id)) throw invalid(name, "a UUID of version 4 is expected");
  return id;
};

export const asAmount = (value: unknown): string => {
  const amount = asString(value, "amount");
  if (amount.length > 23 || !amountForm.test(amount) || toHundredths(amount) === 0n) {
    throw invalid("amount", "a positive number of 1 to 23 characters without needless zeroes in front is expected");
  }
  return amount;
};

/** payer of a deposit, recipient of a payout. */
export const readParty = (value: unknown, name: string): { readonly phoneNumber: string; readonly place: Place } => {
  const party = asObject(value, name);
  onlyFields(party, [], ["type", "accountDetails"], `${name}.`);
  if (party["type"] !== "MMO") throw invalid(`${name}.type`, "MMO is expected");
  const details = asObject(party["accountDetails"], `${name}.accountDetails`);
  onlyFields(details, [], ["phoneNumber", "provider"], `${name}.accountDetails.`);
  const phoneNumber = asString(details["phoneNumber"], "phoneNumber");
  const provider = asString(details["provider"], "provider");
  const place = placeOf(provider);
  if (!place) throw new Rejection(200, "INVALID_PROVIDER", `The provider '${provider}' is not valid for this request.`);
  if (!/^[0-9]+$/.test(phoneNumber) || !numberFits(place.market, phoneNumber)) {
    throw new Rejection(200, "INVALID_PHONE_NUMBER", `The phone number is not an MSISDN of ${place.market.country}.`);
  }
  return { phoneNumber, place };
};

export const checkAmount = (amount: string, currency: string, { operator }: Place, kind: OperationKind): void => {
  const decimals = decimalsFor(operator, currency, kind);
  if (!decimals) {
    throw new Rejection(200, "INVALID_CURRENCY", `The currency '${currency}' is not supported by ${operator.provider}.`);
  }
  if (decimals === "NONE" && amount.includes(".")) {
    throw new Rejection(200, "INVALID_AMOUNT", `${operator.provider} takes no decimals in ${currency}.`);
  }
  const { min, max } = limitsOf(currency);
  if (toHundredths(amount) < toHundredths(min) || toHundredths(amount) > toHundredths(max)) {
    throw new Rejection(200, "AMOUNT_OUT_OF_BOUNDS", `The amount must be between ${min} and ${max}.`);
  }
};

export type Extras = Readonly<{ clientReferenceId?: string; customerMessage?: string; metadata?: readonly Json[] }>;
export const extraFields = ["clientReferenceId", "customerMessage", "metadata"] as const;

export const readExtras = (body: Json): Extras => {
  const { clientReferenceId, customerMessage, metadata } = body;
  if (clientReferenceId !== undefined) {
    const { length } = asString(clientReferenceId, "clientReferenceId");
    if (length < 1 || length > referenceLengthMax) throw invalid("clientReferenceId", "1 to 36 characters are expected");
  }
  if (customerMessage !== undefined && !messageForm.test(asString(customerMessage, "customerMessage"))) {
    throw invalid("customerMessage", "4 to 22 letters, digits, and spaces are expected");
  }
  if (metadata !== undefined) checkMetadata(metadata);
  return {
    ...(clientReferenceId !== undefined && { clientReferenceId: clientReferenceId as string }),
    ...(customerMessage !== undefined && { customerMessage: customerMessage as string }),
    ...(metadata !== undefined && { metadata: metadata as readonly Json[] }),
  };
};

const checkMetadata = (metadata: unknown): void => {
  if (!Array.isArray(metadata) || metadata.length > 10) throw invalid("metadata", "a list of at most 10 is expected");
  const seen = new Set<string>();
  for (const item of metadata) {
    const names = Object.keys(asObject(item, "metadata")).filter((name) => name !== "isPII");
    const [name] = names;
    if (name === undefined || names.length > 1) throw invalid("metadata", "one field an item is expected");
    if (!["string", "number", "boolean"].includes(typeof (item as Json)[name])) {
      throw invalid(`metadata.${name}`, "a plain value is expected");
    }
    const { isPII } = item as Json;
    if (isPII !== undefined && typeof isPII !== "boolean") throw invalid("metadata.isPII", "true or false is expected");
    if (seen.has(name)) throw new Rejection(400, "DUPLICATE_METADATA_FIELD", `metadata.${name} is given twice`);
    seen.add(name);
  }
};

/** Sent as a list of one-key objects, given back as one object. */
export const metadataObject = (metadata: readonly Json[]): Json =>
  Object.fromEntries(metadata.flatMap((item) => Object.entries(item).filter(([name]) => name !== "isPII")));

/** The platform's payment, by what the request carries of it. */
export const paymentIdOf = ({ metadata, clientReferenceId }: Extras): string | null => {
  const told = metadata && metadataObject(metadata)["paymentId"];
  return typeof told === "string" ? told : (clientReferenceId ?? null);
};
