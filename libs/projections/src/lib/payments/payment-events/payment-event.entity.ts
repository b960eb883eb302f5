import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("payment_events")
@Index("payment_events_by_aggregate", ["aggregateId", "aggVersion"], { unique: true })
@Index("payment_events_unread", ["partition", "aggregateId"], { where: "not readable" })
export class PaymentEventEntity {
  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "payment_events_pkey" })
  partition!: number;

  @PrimaryColumn({ name: "event_offset", type: "bigint", primaryKeyConstraintName: "payment_events_pkey" })
  eventOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ name: "aggregate_id", type: "text" })
  aggregateId!: string;

  @Column({ name: "agg_version", type: "integer" })
  aggVersion!: number;

  @Column({ type: "text" })
  type!: string;

  @Column({ type: "bytea" })
  value!: Buffer;

  @Column({ name: "command_id", type: "text", nullable: true })
  commandId!: string | null;

  @Column({ name: "command_offset", type: "bigint", nullable: true })
  commandOffset!: string | null;

  @Column({ type: "text", nullable: true })
  correlation!: string | null;

  @Column({ type: "timestamptz" })
  at!: Date;

  @Column({ type: "text" })
  account!: string;

  /** Whether the version that projected it could read it; its payment is parked if not. */
  @Column({ type: "boolean", default: true })
  readable!: boolean;
}
