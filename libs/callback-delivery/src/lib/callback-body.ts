import { type Instant, type Money, formatAmount, formatInstant } from "@malipo/kernel";

/** What a merchant is told about one public change of a payment; a part of the event's public view. */
export type PublicChange = Readonly<{
  version: number;
  type: string;
  status: string;
  reference: string;
  orderNumber: string;
  amount: Money;
  method: string;
  reason?: string;
}>;

/** The flat body of a canonical callback. It is fixed by the causing event, so every try sends the same bytes. */
export const callbackBody = (change: PublicChange, at: Instant): string =>
  JSON.stringify({
    type: change.type,
    reference: change.reference,
    orderNumber: change.orderNumber,
    status: change.status,
    amount: formatAmount(change.amount),
    currency: change.amount.currency,
    payment_method: change.method,
    version: change.version,
    ...(change.reason !== undefined && { reason: change.reason }),
    occurred_at: formatInstant(at),
  });
