import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("credential_uses")
export class CredentialUseEntity {
  @PrimaryColumn({ name: "credential_id", type: "text", primaryKeyConstraintName: "credential_uses_pkey" })
  credentialId!: string;

  @Column({ name: "last_used_at", type: "timestamptz" })
  lastUsedAt!: Date;
}
