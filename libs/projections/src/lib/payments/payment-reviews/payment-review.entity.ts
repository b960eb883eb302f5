import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { PaymentSummaryEntity } from "../payment-summaries/payment-summary.entity.js";

@Entity("payment_reviews")
@Index("payment_reviews_by_payment", ["paymentId"])
@Index("payment_reviews_open", ["openedAt"], { where: "closed_at is null" })
export class PaymentReviewEntity {
  @PrimaryColumn({ name: "review_id", type: "text", primaryKeyConstraintName: "payment_reviews_pkey" })
  reviewId!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  /** Rows come from two events, so nothing but the log binds them. */
  @ManyToOne(() => PaymentSummaryEntity, { nullable: false, createForeignKeyConstraints: false })
  @JoinColumn({ name: "payment_id" })
  payment!: Relation<PaymentSummaryEntity> | null;

  @Column({ type: "text" })
  account!: string;

  @Column({ name: "agg_version", type: "integer" })
  aggVersion!: number;

  @Column({ type: "text" })
  kind!: string;

  @Column({ name: "attempt_id", type: "text" })
  attemptId!: string;

  @Column({ name: "opened_at", type: "timestamptz" })
  openedAt!: Date;

  @Column({ name: "closed_at", type: "timestamptz", nullable: true })
  closedAt!: Date | null;

  @Column({ name: "closed_by", type: "text", nullable: true })
  closedBy!: string | null;

  @Column({ type: "text", nullable: true })
  resolution!: string | null;
}
