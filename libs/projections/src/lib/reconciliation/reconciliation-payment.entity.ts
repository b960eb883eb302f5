import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("reconciliation_payments")
export class ReconciliationPaymentEntity {
  @PrimaryColumn({ name: "payment_id", type: "text", primaryKeyConstraintName: "reconciliation_payments_pkey" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ name: "order_number", type: "text" })
  orderNumber!: string;

  @Column({ type: "bigint" })
  minor!: string;

  @Column({ type: "text" })
  currency!: string;
}
