import type { Brand, Instant, Money, ProviderId } from "@malipo/kernel";

/** Hash of what a line says, without the payer: the same line in a second import is the same line. */
export type LineDigest = Brand<string, "LineDigest">;

/** One line of a provider's statement, without any personal data. */
export type StatementLine = Readonly<{
  digest: LineDigest;
  provider: ProviderId;
  kind: "charge" | "payout" | "refund";
  /** The provider's own number of the movement. */
  transactionId: string;
  /** Under what our attempt may be known, most certain first. */
  keys: readonly string[];
  outcome: "completed" | "failed" | "pending";
  amount: Money;
  at: Instant;
}>;

/** Providers spell ids in either case and with or without dashes. */
export const matchKey = (text: string): string => text.trim().toLowerCase().replaceAll("-", "");
