import { type Instant, type Money, type OrderNumber, type PaymentMethod, formatAmount, formatInstant } from "@malipo/kernel";
import type { PublicView } from "@malipo/payment-lifecycle";
import type { SummaryRow } from "@malipo/projections";

type Seen = Readonly<{
  reference: string;
  orderNumber: OrderNumber;
  status: PublicView["status"];
  amount: Money;
  method: PaymentMethod;
  createdAt: Instant;
}>;

/** The body of 201. Its text is what is sealed for a replay, so the order of the fields is part of it. */
export const createdAnswer = ({ reference, orderNumber, status, amount, method, createdAt }: Seen) => ({
  reference,
  orderNumber,
  status,
  amount: formatAmount(amount),
  currency: amount.currency as string,
  payment_method: method as string,
  created_at: formatInstant(createdAt),
});

/** A payment as its merchant may see it: no provider, no provider's reference or text. */
export const statusAnswer = (row: SummaryRow) => ({
  ...createdAnswer(row),
  version: row.version,
  updated_at: formatInstant(row.updatedAt),
  details: row.reason === undefined ? {} : { reason: row.reason as string },
});
