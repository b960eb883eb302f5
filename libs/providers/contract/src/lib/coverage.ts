import { type Money, type PaymentMethod, needsMoreDecimalsThan } from "@malipo/kernel";
import type { Coverage } from "./payment-provider.js";

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

export type CoverageGap =
  | "country_not_served"
  | "currency_not_served"
  | "method_not_served"
  | "operator_not_served"
  | "too_many_decimals"
  | "amount_out_of_bounds";

export type CoverageVerdict = Readonly<{ served: true; line: Coverage }> | Readonly<{ served: false; why: CoverageGap }>;

/** The line of one provider that serves the payment, or the first reason why none does. */
export const findCoverage = (lines: readonly Coverage[], query: CoverageQuery): CoverageVerdict => {
  const steps: readonly (readonly [CoverageGap, (of: readonly Coverage[]) => readonly Coverage[]])[] = [
    ["country_not_served", (of) => of.filter(({ country }) => country === query.country)],
    ["currency_not_served", (of) => of.filter(({ currency }) => currency === query.currency)],
    ["method_not_served", (of) => of.filter(({ method }) => method === query.method)],
    ["operator_not_served", (of) => (query.payerAccount === undefined ? of : longestPrefix(of, query.payerAccount))],
    ["too_many_decimals", (of) => of.filter(({ decimals }) => query.amount === undefined || !needsMoreDecimalsThan(query.amount, decimals))],
    ["amount_out_of_bounds", (of) => of.filter((line) => query.amount === undefined || withinBounds(query.amount, line))],
  ];
  let left = lines;
  for (const [why, narrow] of steps) {
    left = narrow(left);
    if (left.length === 0) return { served: false, why };
  }
  return { served: true, line: left[0]! };
};

const withinBounds = ({ minor }: Money, { minimum, maximum }: Coverage): boolean =>
  (minimum === undefined || minor >= minimum) && (maximum === undefined || minor <= maximum);

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
