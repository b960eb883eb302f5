import { type CurrencyCode, exponentOf } from "./currencies.js";

/** Whole minor units of a currency: `{ minor: 1000n, currency: "USD" }` is ten dollars. */
export type Money = Readonly<{ minor: bigint; currency: CurrencyCode }>;

export type AmountFault = "not_a_decimal" | "too_many_decimals" | "too_large";

/** 15 digits of minor units: below 2^53 for providers that speak JSON numbers, and below PostgreSQL's bigint. */
const MINOR_MAX = 999_999_999_999_999n;
const decimalForm = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,18}))?$/;

export const money = (minor: bigint, currency: CurrencyCode): Money => ({ minor, currency });

/**
 * Reads an unsigned decimal text in major units ("10.00"). Decimals beyond the currency's exponent are taken only
 * when they are zeros: nothing is ever rounded.
 */
export const parseAmount = (text: string, currency: CurrencyCode): Money | AmountFault => {
  const match = decimalForm.exec(text);
  if (match === null) return "not_a_decimal";
  const exponent = exponentOf(currency);
  const decimals = match[2] ?? "";
  if (/[1-9]/.test(decimals.slice(exponent))) return "too_many_decimals";
  const minor = BigInt(match[1]! + decimals.slice(0, exponent).padEnd(exponent, "0"));
  return minor > MINOR_MAX ? "too_large" : { minor, currency };
};

/** Decimal text in major units with exactly the currency's decimals: "10.00" for USD, "5000" for UGX. */
export const formatAmount = ({ minor, currency }: Money): string => {
  const exponent = exponentOf(currency);
  const sign = minor < 0n ? "-" : "";
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
};

export const zero = (currency: CurrencyCode): Money => ({ minor: 0n, currency });

/** @throws RangeError on two currencies: such a sum is a defect of the caller. */
export const add = (a: Money, b: Money): Money => ({ minor: a.minor + sameCurrency(a, b).minor, currency: a.currency });

/** @throws RangeError on two currencies. */
export const subtract = (a: Money, b: Money): Money => ({ minor: a.minor - sameCurrency(a, b).minor, currency: a.currency });

export const sameMoney = (a: Money, b: Money): boolean => a.currency === b.currency && a.minor === b.minor;

/** Whether the amount needs more decimals than the given number; such an amount must be refused, never rounded. */
export const needsMoreDecimalsThan = (amount: Money, decimals: number): boolean => {
  const spare = exponentOf(amount.currency) - decimals;
  return spare > 0 && amount.minor % 10n ** BigInt(spare) !== 0n;
};

const sameCurrency = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} do not add up`);
  return b;
};
