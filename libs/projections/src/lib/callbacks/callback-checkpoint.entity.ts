import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("callback_checkpoints")
export class CallbackCheckpointEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "callback_checkpoints_pkey" })
  topic!: string;

  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "callback_checkpoints_pkey" })
  partition!: number;

  @Column({ name: "next_offset", type: "bigint" })
  nextOffset!: string;

  @Column({ type: "bigint" })
  seq!: string;

  @Column({ type: "bytea" })
  head!: Buffer;
}
