import { type Money, add, money, subtract } from "@malipo/kernel";
import type { Terms } from "./messages.js";

const BASIS_POINTS_OF_ALL = 10_000n;

/** What the platform keeps and what the merchant gets: the two always add up to the amount, and neither is negative. */
export const splitByTerms = (amount: Money, terms: Pick<Terms, "feeFixed" | "feeBasisPoints">): { fee: Money; net: Money } => {
  const share = shareOf(amount, BigInt(terms.feeBasisPoints));
  const due = add(terms.feeFixed, share);
  const fee = due.minor > amount.minor ? amount : due;
  return { fee, net: subtract(amount, fee) };
};

/** Rounded half up to whole minor units. */
const shareOf = (amount: Money, basisPoints: bigint): Money =>
  money((amount.minor * basisPoints + BASIS_POINTS_OF_ALL / 2n) / BASIS_POINTS_OF_ALL, amount.currency);
