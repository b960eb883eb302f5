import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("held_events")
@Index("held_events_by_payment", ["consumer", "paymentId", "seq"])
export class HeldEventEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "held_events_pkey" })
  consumer!: string;

  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "held_events_pkey" })
  partition!: number;

  @PrimaryColumn({ name: "event_offset", type: "bigint", primaryKeyConstraintName: "held_events_pkey" })
  eventOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ type: "jsonb" })
  headers!: unknown;

  @Column({ type: "bytea" })
  value!: Buffer;
}
