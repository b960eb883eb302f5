import { Entity, Index, PrimaryColumn } from "typeorm";

@Entity("reconciliation_keys")
@Index("reconciliation_keys_by_attempt", ["attemptId"])
export class ReconciliationKeyEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "reconciliation_keys_pkey" })
  provider!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "reconciliation_keys_pkey" })
  key!: string;

  @PrimaryColumn({ name: "attempt_id", type: "text", primaryKeyConstraintName: "reconciliation_keys_pkey" })
  attemptId!: string;
}
