import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("reconciliation_breaks")
@Index("reconciliation_breaks_listed", ["openedAt", "breakId"])
@Index("reconciliation_breaks_by_attempt", ["attemptId"], { where: "state = 'open'" })
@Index("reconciliation_breaks_by_line", ["lineDigest"], { where: "state = 'open'" })
@Index("reconciliation_breaks_by_order", ["orderNumber"])
export class ReconciliationBreakEntity {
  @PrimaryColumn({ name: "break_id", type: "text", primaryKeyConstraintName: "reconciliation_breaks_pkey" })
  breakId!: string;

  @Column({ type: "text" })
  kind!: string;

  @Column({ type: "text" })
  provider!: string;

  @Column({ name: "line_digest", type: "text", nullable: true })
  lineDigest!: string | null;

  @Column({ name: "transaction_id", type: "text", nullable: true })
  transactionId!: string | null;

  @Column({ name: "attempt_id", type: "text", nullable: true })
  attemptId!: string | null;

  @Column({ name: "payment_id", type: "text", nullable: true })
  paymentId!: string | null;

  @Column({ name: "order_number", type: "text", nullable: true })
  orderNumber!: string | null;

  @Column({ name: "ours_minor", type: "bigint", nullable: true })
  oursMinor!: string | null;

  @Column({ name: "ours_currency", type: "text", nullable: true })
  oursCurrency!: string | null;

  @Column({ name: "theirs_minor", type: "bigint", nullable: true })
  theirsMinor!: string | null;

  @Column({ name: "theirs_currency", type: "text", nullable: true })
  theirsCurrency!: string | null;

  @Column({ type: "text" })
  state!: string;

  @Column({ type: "text" })
  owner!: string;

  @Column({ name: "opened_at", type: "timestamptz" })
  openedAt!: Date;

  @Column({ name: "closed_at", type: "timestamptz", nullable: true })
  closedAt!: Date | null;

  @Column({ type: "text", nullable: true })
  resolution!: string | null;
}
