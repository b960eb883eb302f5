import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("router_attempts")
export class RouterAttemptEntity {
  @PrimaryColumn({ name: "attempt_id", type: "text", primaryKeyConstraintName: "router_attempts_pkey" })
  attemptId!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;
}
