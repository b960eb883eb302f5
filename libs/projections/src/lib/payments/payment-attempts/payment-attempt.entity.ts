import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("payment_attempts")
@Index("payment_attempts_by_payment", ["paymentId"])
export class PaymentAttemptEntity {
  @PrimaryColumn({ name: "attempt_id", type: "text", primaryKeyConstraintName: "payment_attempts_pkey" })
  attemptId!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ name: "agg_version", type: "integer" })
  aggVersion!: number;

  @Column({ type: "integer" })
  number!: number;

  @Column({ type: "text" })
  provider!: string;

  @Column({ name: "channel_id", type: "text" })
  channelId!: string;

  @Column({ type: "text" })
  knowledge!: string;

  @Column({ name: "first_reference", type: "text", nullable: true })
  firstReference!: string | null;

  @Column({ name: "last_reference", type: "text", nullable: true })
  lastReference!: string | null;

  @Column({ name: "started_at", type: "timestamptz" })
  startedAt!: Date;

  @Column({ name: "updated_at", type: "timestamptz" })
  updatedAt!: Date;
}
