import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("callback_attempts")
@Index("callback_attempts_by_delivery", ["deliveryId", "factOffset"])
export class CallbackAttemptEntity {
  @PrimaryColumn({ name: "attempt_id", type: "text", primaryKeyConstraintName: "callback_attempts_pkey" })
  attemptId!: string;

  @Column({ name: "delivery_id", type: "text" })
  deliveryId!: string;

  @Column({ type: "smallint" })
  partition!: number;

  @Column({ name: "fact_offset", type: "bigint" })
  factOffset!: string;

  @Column({ type: "integer" })
  number!: number;

  @Column({ type: "text" })
  trigger!: string;

  @Column({ type: "timestamptz" })
  at!: Date;

  @Column({ name: "duration_ms", type: "bigint" })
  durationMs!: string;

  @Column({ type: "jsonb" })
  outcome!: unknown;

  @Column({ name: "newest_seq", type: "bigint" })
  newestSeq!: string;

  @Column({ type: "jsonb" })
  result!: unknown;
}
