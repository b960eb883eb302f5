import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("projection_checkpoints")
export class ProjectionCheckpointEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "projection_checkpoints_pkey" })
  consumer!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "projection_checkpoints_pkey" })
  topic!: string;

  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "projection_checkpoints_pkey" })
  partition!: number;

  @Column({ name: "next_offset", type: "bigint" })
  nextOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ type: "bytea" })
  head!: Buffer;

  @Column({ name: "command_cursor", type: "bigint", nullable: true })
  commandCursor!: string | null;

  @Column({ name: "last_at", type: "timestamptz", nullable: true })
  lastAt!: Date | null;
}
