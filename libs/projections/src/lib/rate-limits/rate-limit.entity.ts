import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("rate_limits")
export class RateLimitEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "rate_limits_pkey" })
  key!: string;

  @Column({ name: "arrival_us", type: "bigint" })
  arrivalUs!: string;

  @Column({ type: "bigint" })
  granted!: string;
}
