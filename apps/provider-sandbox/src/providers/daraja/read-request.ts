import { timingSafeEqual } from "node:crypto";
import { badRequest, DarajaError } from "./errors.js";

export type Json = Readonly<Record<string, unknown>>;
export type Merchant = Readonly<{ shortcode: string; passkey: string }>;

const amountMax = 250_000;
const transactionTypes: readonly unknown[] = ["CustomerPayBillOnline", "CustomerBuyGoodsOnline"];
const phoneForm = /^254[17][0-9]{8}$/;
const shortcodeForm = /^[0-9]{5,7}$/;

const pushFields = [
  "BusinessShortCode",
  "Password",
  "Timestamp",
  "TransactionType",
  "Amount",
  "PartyA",
  "PartyB",
  "PhoneNumber",
  "CallBackURL",
  "AccountReference",
  "TransactionDesc",
] as const;
const queryFields = ["BusinessShortCode", "Password", "Timestamp", "CheckoutRequestID"] as const;

export type Push = Readonly<{
  transactionType: string;
  amount: number;
  payer: string;
  callbackUrl: URL;
  accountReference: string;
  description: string;
}>;

export const readPush = (given: unknown, merchant: Merchant): Push => {
  const body = fieldsOf(given, pushFields);
  checkMerchant(body, merchant);
  const transactionType = body["TransactionType"];
  if (!transactionTypes.includes(transactionType)) throw badRequest("TransactionType");
  const payer = textOf(body, "PartyA", (text) => phoneForm.test(text));
  textOf(body, "PhoneNumber", (text) => phoneForm.test(text));
  // A till number stands in PartyB for goods; a bill is paid to the shortcode that asks.
  const forBill = transactionType === "CustomerPayBillOnline";
  textOf(body, "PartyB", (text) => (forBill ? text === merchant.shortcode : shortcodeForm.test(text)));
  return {
    transactionType: transactionType as string,
    amount: amountOf(body["Amount"]),
    payer,
    callbackUrl: callbackUrlOf(body["CallBackURL"]),
    accountReference: textOf(body, "AccountReference", (text) => text.length >= 1 && text.length <= 12),
    description: textOf(body, "TransactionDesc", (text) => text.length >= 1 && text.length <= 13),
  };
};

export const readQuery = (given: unknown, merchant: Merchant): string => {
  const body = fieldsOf(given, queryFields);
  checkMerchant(body, merchant);
  return textOf(body, "CheckoutRequestID", (text) => text.length > 0);
};

const fieldsOf = (given: unknown, fields: readonly string[]): Json => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new DarajaError(400, "400.002.05", "Invalid Request Payload");
  }
  for (const name of Object.keys(given)) if (!fields.includes(name)) throw badRequest(name);
  for (const name of fields) {
    const value = (given as Json)[name];
    if (value === undefined || value === null || value === "") throw badRequest(name);
  }
  return given as Json;
};

/** Numbers and strings of digits pass alike on the real wire. */
const textOf = (body: Json, name: string, fits: (text: string) => boolean): string => {
  const value = body[name];
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !fits(text)) throw badRequest(name);
  return text;
};

const amountOf = (value: unknown): number => {
  const isWhole = typeof value === "number" ? Number.isInteger(value) : /^[1-9][0-9]{0,6}$/.test(String(value));
  const amount = Number(value);
  if (!isWhole || amount < 1 || amount > amountMax) throw badRequest("Amount");
  return amount;
};

/** The real one takes public https alone; plain http is let through to this machine. */
const callbackUrlOf = (value: unknown): URL => {
  const url = typeof value === "string" ? URL.parse(value) : null;
  const isHere = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (!url || !(url.protocol === "https:" || (url.protocol === "http:" && isHere))) throw badRequest("CallBackURL");
  return url;
};

const checkMerchant = (body: Json, { shortcode, passkey }: Merchant): void => {
  const timestamp = textOf(body, "Timestamp", isTimestamp);
  const password = textOf(body, "Password", (text) => text.length <= 512);
  const expected = Buffer.from(Buffer.from(`${shortcode}${passkey}${timestamp}`).toString("base64"));
  const given = Buffer.from(password);
  const matches = given.length === expected.length && timingSafeEqual(given, expected);
  if (String(body["BusinessShortCode"]) !== shortcode || !matches) {
    // The real one uses its "busy" code for this as well; only the text differs.
    throw new DarajaError(500, "500.001.1001", "Wrong credentials");
  }
};

const isTimestamp = (text: string): boolean => {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return year !== undefined && !Number.isNaN(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`));
};
