import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("reconciliation_checkpoints")
export class ReconciliationCheckpointEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "reconciliation_checkpoints_pkey" })
  topic!: string;

  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "reconciliation_checkpoints_pkey" })
  partition!: number;

  @Column({ name: "next_offset", type: "bigint" })
  nextOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ type: "bytea" })
  head!: Buffer;
}
