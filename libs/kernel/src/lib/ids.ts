import type { Brand } from "./brand.js";
import type { Instant } from "./instant.js";
import { PARTITION_COUNT } from "./partition.js";

/** 32 hex digits, derived from (merchantId, mode, scope, reference): a duplicate lands on the same id. */
export type PaymentId = Brand<string, "PaymentId">;
/** A hash of (paymentId, n) in the shape of a UUIDv4; the provider's idempotency key where it has one. */
export type AttemptId = Brand<string, "AttemptId">;
/** UUIDv7, chosen by whoever sends the command; a decision is identified by it. */
export type CommandId = Brand<string, "CommandId">;
export type ReviewId = Brand<string, "ReviewId">;
/** HMAC of the payer's account at the provider with a pepper of the account: no phone number can be read from it. */
export type PayerId = Brand<string, "PayerId">;
/** Ciphertext that names its key: `v1.<keyId>.<nonce>.<ciphertext and tag>`, base64url. See `@malipo/security`. */
export type Sealed = Brand<string, "Sealed">;
/** 20 characters, `^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$`; its first random character names the partition. */
export type OrderNumber = Brand<string, "OrderNumber">;
export type ProviderId = Brand<string, "ProviderId">;
/** A provider under one contract and one set of credentials, as auth-token provisioned it for a merchant or the platform. */
export type ChannelId = Brand<string, "ChannelId">;
/** `<instance>#<nonce of this boot>`: the only process that may send an attempt. */
export type Caller = Brand<string, "Caller">;

export type PaymentMethod = "mobile_money" | "wallet" | "card" | "bank";

/** The namespaces in which a merchant's reference is unique. */
export type Scope =
  | "kodipay"
  | "gateway"
  | "kpay.payment"
  | "kpay.withdraw"
  | "kotani.deposit"
  | "kotani.withdraw"
  | "drawn"
  | `c2b.${string}`;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const orderNumberForm = /^[0-9]{8}[A-Z0-9]{8}[0-9]{4}$/;
const methodCodes: Readonly<Record<PaymentMethod, string>> = { mobile_money: "11", wallet: "12", card: "13", bank: "14" };

export const isOrderNumber = (text: string): text is OrderNumber => orderNumberForm.test(text);

/** The partition that an order number names. */
export const partitionOfOrderNumber = (orderNumber: OrderNumber): number =>
  alphabet.indexOf(orderNumber.charAt(8)) % PARTITION_COUNT;

/**
 * UTC date, eight random characters of which the first is ≡ partition (mod 12), method code, UTC minute.
 * `randomBelow(n)` draws a whole number in [0, n).
 */
export const drawOrderNumber = (
  at: Instant,
  method: PaymentMethod,
  partition: number,
  randomBelow: (bound: number) => number,
): OrderNumber => {
  const time = new Date(at).toISOString();
  let random = alphabet.charAt(partition + PARTITION_COUNT * randomBelow(alphabet.length / PARTITION_COUNT));
  while (random.length < 8) random += alphabet.charAt(randomBelow(alphabet.length));
  return `${time.slice(0, 10).replaceAll("-", "")}${random}${methodCodes[method]}${time.slice(14, 16)}` as OrderNumber;
};
