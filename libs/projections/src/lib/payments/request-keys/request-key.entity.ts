import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("request_keys")
export class RequestKeyEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "request_keys_pkey" })
  account!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "request_keys_pkey" })
  operation!: string;

  @PrimaryColumn({ name: "key_hash", type: "text", primaryKeyConstraintName: "request_keys_pkey" })
  keyHash!: string;

  @Column({ name: "payment_id", type: "text" })
  paymentId!: string;

  @Column({ type: "text" })
  fingerprint!: string;
}
