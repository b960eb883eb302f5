import { type Account, type OrderNumber, parseAccount } from "@malipo/kernel";
import type { PaymentsDatabase, SummaryRow } from "@malipo/projections";
import { paymentIdOf } from "@malipo/security";
import type { ReadBarrier } from "./read-barrier.js";

/** Payments as their own account sees them, never older than what it was told before. */
export class PaymentReader {
  constructor(
    private readonly database: PaymentsDatabase,
    private readonly barrier: ReadBarrier,
  ) {}

  byOrderNumber(account: Account, orderNumber: OrderNumber): Promise<SummaryRow | undefined> {
    return this.barrier.read(account, (partition) => this.database.findPayment(account, partition, { orderNumber }));
  }

  /** A reference leads to one id, whoever has used it for whatever; so there is at most one. */
  byReference(account: Account, reference: string): Promise<SummaryRow | undefined> {
    const { merchantId, mode } = parseAccount(account);
    const paymentId = paymentIdOf(merchantId, mode, "kodipay", reference);
    return this.barrier.read(account, (partition) => this.database.findPayment(account, partition, { paymentId }));
  }
}
