import { fromJsonBytes, headerText, type PaymentEventCodec, paymentEventCodec } from "@malipo/event-contracts";
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
  /** Older payments that somebody repeated, as their rows told; what comes after is in `payments`. */
  private readonly loaded = new Map<string, RecentPayment>();

  constructor(private readonly codec: Pick<PaymentEventCodec, "decode"> = paymentEventCodec, private readonly paymentsMax = 50_000) {}

  /** From the tail, in order. */
  add(record: ChainRecord): void {
    const known = this.payments.get(record.key);
    if (known !== undefined) {
      known.push(record);
      return;
    }
    if (headerText(record.headers["ce_type"]) !== initiatedType) return; // began before this process looked
    this.keep(record.key, [record]);
  }

  /** Takes an older payment in, so that its next repeat is answered from here too. */
  async load(account: Account, paymentId: PaymentId, story: () => Promise<readonly StoredFact[]>): Promise<void> {
    if (this.payments.has(paymentId)) return;
    this.keep(paymentId, []); // from now on what the tail brings is kept, so that nothing falls between it and the story
    let known: RecentPayment | undefined;
    try {
      known = foldKnown(account, (await story()).map(({ type, value }) => this.decodeKnown(type, value)));
    } finally {
      if (known === undefined) this.payments.delete(paymentId);
      else if (this.payments.has(paymentId)) this.loaded.set(paymentId, known);
    }
  }

  private decodeKnown(type: string, value: Uint8Array): PaymentEvent | undefined {
    try {
      const event = this.codec.decode(type, fromJsonBytes(value));
      return event.type === "CommandRefused" ? undefined : event;
    } catch {
      return undefined;
    }
  }

  private keep(key: string, records: ChainRecord[]): void {
    this.payments.set(key, records);
    if (this.payments.size <= this.paymentsMax) return;
    const oldest = this.payments.keys().next().value!;
    this.payments.delete(oldest);
    this.loaded.delete(oldest);
  }

  find(account: Account, paymentId: PaymentId): RecentPayment | undefined {
    const records = this.payments.get(paymentId);
    if (records === undefined) return undefined;
    if (records.some(({ envelope }) => envelope.account !== account)) return undefined;
    const base = this.loaded.get(paymentId);
    if (base !== undefined && base.account !== account) return undefined;
    return foldKnown(account, records.map(({ envelope, value }) => this.decodeKnown(envelope.type, value)), base);
  }
}

export type StoredFact = Readonly<{ type: string; value: Uint8Array }>;

/** The first fact and the newest view; an unreadable fact ends the story, since what follows it is not relied on. */
const foldKnown = (account: Account, events: readonly (PaymentEvent | undefined)[], base?: RecentPayment): RecentPayment | undefined => {
  let initiated = base?.initiated;
  let view = base?.view;
  for (const event of events) {
    if (event === undefined) break;
    if (event.type === "PaymentInitiated") initiated = event;
    if ("public" in event && event.public !== undefined && event.public.version > (view?.version ?? 0)) view = event.public;
  }
  return initiated === undefined || view === undefined ? undefined : { account, initiated, view };
};
