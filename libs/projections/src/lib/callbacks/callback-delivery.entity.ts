import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("callback_deliveries")
@Index("callback_deliveries_in_order", ["partition", "seq"], { unique: true })
@Index("callback_deliveries_by_payment", ["paymentId", "seq"])
@Index("callback_deliveries_by_order", ["orderNumber"])
@Index("callback_deliveries_by_reference", ["reference"])
@Index("callback_deliveries_waiting", ["partition", "paymentId", "seq"], { where: "state = 'waiting'" })
@Index("callback_deliveries_parked", ["partition", "seq"], { where: "state = 'parked'" })
export class CallbackDeliveryEntity {
  @PrimaryColumn({ name: "delivery_id", type: "text", primaryKeyConstraintName: "callback_deliveries_pkey" })
  deliveryId!: string;

  @Column({ type: "smallint" })
  partition!: number;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ type: "text" })
  type!: string;

  @Column({ type: "integer" })
  version!: number;

  @Column({ type: "text" })
  status!: string;

  @Column({ name: "order_number", type: "text" })
  orderNumber!: string;

  @Column({ type: "text" })
  reference!: string;

  @Column({ type: "text" })
  body!: string;

  @Column({ type: "text" })
  url!: string;

  @Column({ type: "text", nullable: true })
  traceparent!: string | null;

  @Column({ type: "timestamptz" })
  at!: Date;

  @Column({ type: "text" })
  state!: string;

  @Column({ name: "park_reason", type: "text", nullable: true })
  parkReason!: string | null;

  @Column({ type: "integer" })
  attempts!: number;

  @Column({ type: "integer" })
  step!: number;

  @Column({ type: "integer" })
  refusals!: number;

  @Column({ name: "round_began_at", type: "timestamptz", nullable: true })
  roundBeganAt!: Date | null;

  @Column({ name: "retry_at", type: "timestamptz", nullable: true })
  retryAt!: Date | null;

  @Column({ name: "newest_seq", type: "bigint" })
  newestSeq!: string;

  @Column({ type: "boolean" })
  redeliver!: boolean;

  @Column({ name: "last_attempt_id", type: "text", nullable: true })
  lastAttemptId!: string | null;

  @Column({ name: "fact_offset", type: "bigint" })
  factOffset!: string;
}
