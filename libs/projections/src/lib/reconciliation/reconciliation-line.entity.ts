import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("reconciliation_lines")
@Index("reconciliation_lines_by_attempt", ["attemptId"], { where: "attempt_id is not null" })
@Index("reconciliation_lines_unmatched", { synchronize: false }) // TypeORM knows no gin index
@Index("reconciliation_lines_by_statement", ["statementId"])
export class ReconciliationLineEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "reconciliation_lines_pkey" })
  digest!: string;

  @Column({ name: "statement_id", type: "text" })
  statementId!: string;

  @Column({ type: "text" })
  provider!: string;

  @Column({ type: "text" })
  kind!: string;

  @Column({ name: "transaction_id", type: "text" })
  transactionId!: string;

  @Column({ type: "text", array: true })
  keys!: string[];

  @Column({ type: "text" })
  outcome!: string;

  @Column({ type: "bigint" })
  minor!: string;

  @Column({ type: "text" })
  currency!: string;

  @Column({ type: "timestamptz" })
  at!: Date;

  @Column({ name: "attempt_id", type: "text", nullable: true })
  attemptId!: string | null;
}
