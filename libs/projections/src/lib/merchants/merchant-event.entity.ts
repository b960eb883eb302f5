import { Column, Entity, PrimaryColumn, Unique } from "typeorm";

@Entity("merchant_events")
@Unique("merchant_events_aggregate_id_aggregate_version_key", ["aggregateId", "aggregateVersion"])
export class MerchantEventEntity {
  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "merchant_events_pkey" })
  partition!: number;

  @PrimaryColumn({ type: "bigint", primaryKeyConstraintName: "merchant_events_pkey" })
  offset!: string;

  @Column({ type: "text" })
  account!: string;

  @Column({ name: "aggregate_id", type: "text" })
  aggregateId!: string;

  @Column({ name: "aggregate_version", type: "integer" })
  aggregateVersion!: number;

  @Column({ type: "text" })
  type!: string;

  @Column({ type: "bytea" })
  value!: Buffer;

  @Column({ type: "text", nullable: true })
  causation!: string | null;
}
