import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("router_checkpoints")
export class RouterCheckpointEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "router_checkpoints_pkey" })
  topic!: string;

  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "router_checkpoints_pkey" })
  partition!: number;

  @Column({ name: "next_offset", type: "bigint" })
  nextOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ type: "bytea" })
  head!: Buffer;
}
