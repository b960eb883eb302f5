import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A payment as it stands: what its merchant sees, and what a decider needs to take it over. */
@Entity("payment_summaries")
@Index("payment_summaries_by_order_number", ["orderNumber"], { unique: true })
@Index("payment_summaries_open", ["partition"], { where: "internal_status in ('pending', 'requires_input', 'requires_confirmation', 'processing')" })
export class PaymentSummaryEntity {
  @PrimaryColumn({ name: "payment_id", type: "text", primaryKeyConstraintName: "payment_summaries_pkey" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ type: "smallint" })
  partition!: number;

  @Column({ name: "agg_version", type: "integer" })
  aggVersion!: number;

  @Column({ name: "order_number", type: "text" })
  orderNumber!: string;

  @Column({ type: "text" })
  scope!: string;

  @Column({ type: "text" })
  reference!: string;

  @Column({ name: "amount_minor", type: "bigint" })
  amountMinor!: string;

  @Column({ type: "text" })
  currency!: string;

  @Column({ type: "text" })
  method!: string;

  @Column({ name: "internal_status", type: "text" })
  internalStatus!: string;

  @Column({ type: "text" })
  status!: string;

  @Column({ type: "integer" })
  version!: number;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  @Column({ name: "created_at", type: "timestamptz" })
  createdAt!: Date;

  @Column({ name: "updated_at", type: "timestamptz" })
  updatedAt!: Date;

  @Column({ name: "expires_at", type: "timestamptz" })
  expiresAt!: Date;

  @Column({ name: "resolve_by", type: "timestamptz", nullable: true })
  resolveBy!: Date | null;

  @Column({ type: "text" })
  fingerprint!: string;

  @Column({ type: "text", nullable: true })
  answer!: string | null;

  @Column({ type: "boolean" })
  parked!: boolean;
}
