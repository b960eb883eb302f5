import { fromJsonBytes } from "@malipo/event-contracts";
import { invalid, notFound } from "@malipo/http-api";
import { formatAmount, formatInstant, type Instant, isMerchantId, isOrderNumber, type MerchantId, type Mode, parseInstant } from "@malipo/kernel";
import type { EventRow, PaymentKey, PaymentsDatabase, PaymentStory } from "@malipo/projections";
import { paymentIdOf } from "@malipo/security";
import { redactData } from "./redact-event.js";

const time = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : formatInstant(at));

/** What operators may see of payments: everything but what is sealed. */
export class PaymentOperations {
  constructor(private readonly database: PaymentsDatabase) {}

  async timeline(query: Readonly<{ orderNumber?: string; reference?: string; merchantId?: string; mode?: Mode }>) {
    const story = await this.find(query);
    if (story === undefined) throw notFound();
    const { payment, events, attempts, reviews } = story;
    return {
      payment: {
        paymentId: payment.paymentId,
        account: payment.account,
        partition: payment.partition,
        orderNumber: payment.orderNumber,
        scope: payment.scope,
        reference: payment.reference,
        amount: formatAmount(payment.amount),
        currency: payment.amount.currency,
        method: payment.method,
        status: payment.status,
        internalStatus: payment.internalStatus,
        version: payment.version,
        reason: payment.reason ?? null,
        parked: payment.parked,
        createdAt: time(payment.createdAt),
        updatedAt: time(payment.updatedAt),
      },
      attempts: attempts.map(({ account: _, startedAt, updatedAt, ...attempt }) => ({ ...attempt, startedAt: time(startedAt), updatedAt: time(updatedAt) })),
      reviews: reviews.map(({ account: _, openedAt, closedAt, ...review }) => ({ ...review, openedAt: time(openedAt), closedAt: time(closedAt) })),
      events: events.map(told),
    };
  }

  async reviews(query: Readonly<{ all: boolean; limit: number; before?: string }>) {
    const before = query.before === undefined ? {} : { before: readTime(query.before) };
    const items = await this.database.reviews({ includeResolved: query.all, limit: query.limit, ...before });
    return { reviews: items.map(({ openedAt, closedAt, ...item }) => ({ ...item, openedAt: time(openedAt), closedAt: time(closedAt) })) };
  }

  private async find({ orderNumber, reference, merchantId, mode }: Parameters<PaymentOperations["timeline"]>[0]): Promise<PaymentStory | undefined> {
    if (orderNumber !== undefined) return isOrderNumber(orderNumber) ? this.database.story({ orderNumber }) : undefined;
    if (reference === undefined || merchantId === undefined || !isMerchantId(merchantId)) return undefined;
    for (const key of keysOf(merchantId, reference, mode)) {
      const story = await this.database.story(key);
      if (story !== undefined) return story;
    }
    return undefined;
  }
}

const readTime = (text: string): Instant => {
  try {
    return parseInstant(text);
  } catch {
    throw invalid({ before: ["must be an RFC 3339 time such as 2026-04-15T12:00:00Z"] });
  }
};

const keysOf = (merchantId: MerchantId, reference: string, mode: Mode | undefined): readonly PaymentKey[] =>
  (mode === undefined ? (["test", "live"] as const) : [mode]).map((one) => ({ paymentId: paymentIdOf(merchantId, one, "kodipay", reference) }));

const told = (row: EventRow) => ({
  position: `payments.events.v1/${row.partition}/${row.offset}`,
  seq: row.seq,
  version: row.aggregateVersion,
  type: row.type,
  at: formatInstant(row.at),
  commandId: row.commandId ?? null,
  correlation: row.correlation ?? null,
  data: dataOf(row),
});

const dataOf = ({ value }: EventRow): unknown => {
  try {
    return redactData(fromJsonBytes(value));
  } catch {
    return "[unreadable]";
  }
};
