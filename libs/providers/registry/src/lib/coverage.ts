import { type Money, type PaymentMethod, needsMoreDecimalsThan } from "@malipo/kernel";
import type { Coverage } from "@malipo/provider-contract";
import { providers } from "./providers.js";

export type CoverageQuery = Readonly<{
  /** ISO 3166-1 alpha-3. */
  country: string;
  currency: string;
  method: PaymentMethod;
  /** The payer's account, E.164 with plus, where it is known: then only its operator's lines. */
  payerAccount?: string;
  /** Then only lines whose decimals and bounds fit it. */
  amount?: Money;
}>;

export type ProviderCoverage = Readonly<{ provider: string; coverage: Coverage }>;

/** What the platform can serve, as data: for the terms of a payment at acceptance and for choosing a provider. */
export const coverageFor = (query: CoverageQuery): readonly ProviderCoverage[] =>
  [...providers.values()].flatMap(({ id, capabilities }) => {
    const lines = capabilities.collections.filter(
      (line) => line.country === query.country && line.currency === query.currency && line.method === query.method,
    );
    const ofPayer = query.payerAccount === undefined ? lines : longestPrefix(lines, query.payerAccount);
    return ofPayer
      .filter((line) => query.amount === undefined || fits(query.amount, line))
      .map((coverage) => ({ provider: id, coverage }));
  });

/** Whether an amount can be sent as it is, without rounding and within the bounds. */
export const fits = (amount: Money, { decimals, minimum, maximum }: Coverage): boolean =>
  !needsMoreDecimalsThan(amount, decimals) &&
  (minimum === undefined || amount.minor >= minimum) &&
  (maximum === undefined || amount.minor <= maximum);

/** The operator whose prefix is the longest that the number has; a line without prefixes takes every number. */
const longestPrefix = (lines: readonly Coverage[], payerAccount: string): readonly Coverage[] => {
  const lengths = lines.map((line) => matchedLength(line, payerAccount));
  const longest = Math.max(-1, ...lengths);
  return longest < 0 ? [] : lines.filter((_, index) => lengths[index] === longest);
};

const matchedLength = ({ callingCode, prefixes }: Coverage, payerAccount: string): number => {
  if (!payerAccount.startsWith(`+${callingCode}`)) return -1;
  if (prefixes.length === 0) return 0;
  const national = payerAccount.slice(1 + callingCode.length);
  return Math.max(-1, ...prefixes.filter((prefix) => national.startsWith(prefix)).map((prefix) => prefix.length));
};
