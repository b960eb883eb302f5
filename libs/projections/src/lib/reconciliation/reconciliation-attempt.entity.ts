import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("reconciliation_attempts")
@Index("reconciliation_attempts_by_payment", ["paymentId"])
@Index("reconciliation_attempts_charged", ["provider", "chargedAt", "attemptId"], { where: "standing = 'charged'" })
export class ReconciliationAttemptEntity {
  @PrimaryColumn({ name: "attempt_id", type: "text", primaryKeyConstraintName: "reconciliation_attempts_pkey" })
  attemptId!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ name: "order_number", type: "text" })
  orderNumber!: string;

  @Column({ type: "text" })
  provider!: string;

  @Column({ type: "bigint" })
  minor!: string;

  @Column({ type: "text" })
  currency!: string;

  @Column({ type: "text" })
  standing!: string;

  @Column({ name: "started_at", type: "timestamptz" })
  startedAt!: Date;

  @Column({ name: "charged_at", type: "timestamptz", nullable: true })
  chargedAt!: Date | null;
}
