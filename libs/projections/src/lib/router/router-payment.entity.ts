import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("router_payments")
@Index("router_payments_unfinished", ["paymentId"], { where: "phase <> 'closed'" })
export class RouterPaymentEntity {
  @PrimaryColumn({ name: "payment_id", type: "text", primaryKeyConstraintName: "router_payments_pkey" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ type: "smallint" })
  partition!: number;

  @Column({ type: "text" })
  phase!: string;

  @Column({ name: "folded_to", type: "bigint" })
  foldedTo!: string;

  @Column({ type: "jsonb" })
  state!: unknown;
}
