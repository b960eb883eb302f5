import { Column, Entity, Index, PrimaryColumn } from "typeorm";

@Entity("reconciliation_statements")
@Index("reconciliation_statements_by_day", ["provider", "day", "begunAt"])
export class ReconciliationStatementEntity {
  @PrimaryColumn({ name: "statement_id", type: "text", primaryKeyConstraintName: "reconciliation_statements_pkey" })
  statementId!: string;

  @Column({ type: "text" })
  provider!: string;

  @Column({ type: "date" })
  day!: string;

  @Column({ type: "text" })
  state!: string;

  @Column({ type: "integer" })
  lines!: number;

  @Column({ name: "known_lines", type: "integer" })
  knownLines!: number;

  @Column({ name: "unreadable_lines", type: "integer" })
  unreadableLines!: number;

  @Column({ name: "begun_at", type: "timestamptz" })
  begunAt!: Date;

  @Column({ name: "completed_at", type: "timestamptz", nullable: true })
  completedAt!: Date | null;
}
