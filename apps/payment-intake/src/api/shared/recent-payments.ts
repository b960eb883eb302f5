import { decodePaymentEvent, fromJsonBytes, headerText } from "@malipo/event-contracts";
import type { ChainRecord } from "@malipo/event-log";
import type { Account, PaymentId } from "@malipo/kernel";
import type { PaymentEvent, PublicView } from "@malipo/payment-lifecycle";

export type RecentPayment = Readonly<{
  account: Account;
  initiated: Extract<PaymentEvent, { type: "PaymentInitiated" }>;
  /** What the merchant sees now, as far as this process has read. */
  view: PublicView;
}>;

const initiatedType = "payments.payment.initiated.v1";

/**
 * The payments that this process has read last, so that a client repeating itself is answered without a command and the
 * log does not grow. Records are kept as they came and decoded only when somebody asks.
 */
export class RecentPayments {
  private readonly payments = new Map<string, ChainRecord[]>();

  constructor(private readonly paymentsMax = 50_000) {}

  /** From the tail, in order. */
  add(record: ChainRecord): void {
    const known = this.payments.get(record.key);
    if (known !== undefined) {
      known.push(record);
      return;
    }
    if (headerText(record.headers["ce_type"]) !== initiatedType) return; // began before this process looked
    this.payments.set(record.key, [record]);
    if (this.payments.size > this.paymentsMax) this.payments.delete(this.payments.keys().next().value!);
  }

  find(account: Account, paymentId: PaymentId): RecentPayment | undefined {
    const records = this.payments.get(paymentId);
    if (records === undefined) return undefined;
    let initiated: RecentPayment["initiated"] | undefined;
    let view: PublicView | undefined;
    for (const record of records) {
      const { type, account: of } = record.envelope;
      if (of !== account) return undefined;
      const event = decodeKnown(type, record.value);
      if (event === undefined) break; // parked: what follows it is not relied on
      if (event.type === "PaymentInitiated") initiated = event;
      if ("public" in event && event.public !== undefined) view = event.public;
    }
    return initiated === undefined || view === undefined ? undefined : { account, initiated, view };
  }
}

const decodeKnown = (type: string, value: Uint8Array): PaymentEvent | undefined => {
  try {
    const event = decodePaymentEvent(type, fromJsonBytes(value));
    return event.type === "CommandRefused" ? undefined : event;
  } catch {
    return undefined;
  }
};
