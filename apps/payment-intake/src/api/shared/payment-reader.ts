import { InFlightLimit, temporarilyUnavailable } from "@malipo/http-api";
import { type Account, type OrderNumber, parseAccount } from "@malipo/kernel";
import type { PaymentKey, PaymentsDatabase, SummaryRow } from "@malipo/projections";
import { paymentIdOf } from "@malipo/security";
import type { ReadBarrier } from "./read-barrier.js";

/** Of one account and of all: a read that waits for the tables holds a request, and no more than so many may wait. */
const readsPerAccountMax = 200;
const readsMax = 1_000;

/** Payments as their own account sees them, never older than what it was told before. */
export class PaymentReader {
  private readonly underWay = new InFlightLimit<Account>(readsPerAccountMax, readsMax);

  constructor(
    private readonly database: PaymentsDatabase,
    private readonly barrier: ReadBarrier,
  ) {}

  byOrderNumber(account: Account, orderNumber: OrderNumber): Promise<SummaryRow | undefined> {
    return this.read(account, { orderNumber });
  }

  /** A reference leads to one id, whoever has used it for whatever; so there is at most one. */
  byReference(account: Account, reference: string): Promise<SummaryRow | undefined> {
    const { merchantId, mode } = parseAccount(account);
    const paymentId = paymentIdOf(merchantId, mode, "kodipay", reference);
    return this.read(account, { paymentId });
  }

  /** A row that waits for an event which this version could not read may be older than what somebody was told. */
  private async read(account: Account, key: PaymentKey): Promise<SummaryRow | undefined> {
    const row = await this.underWay.run(account, () => this.barrier.read(account, (partition) => this.database.findPayment(account, partition, key)));
    if (row?.parked) throw temporarilyUnavailable(new Error(`${row.paymentId} is parked`));
    return row;
  }
}
