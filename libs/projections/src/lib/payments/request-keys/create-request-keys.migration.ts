import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../../database/tenant-table.js";

/** Idempotency keys never expire: a key that was purged would let an old request look new. */
export class CreateRequestKeys1790000000013 implements MigrationInterface {
  name = "CreateRequestKeys1790000000013";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table request_keys (
        account text not null,
        operation text not null,
        key_hash text not null,
        payment_id text not null,
        fingerprint text not null,
        primary key (account, operation, key_hash)
      );
      ${secureTenantTable("request_keys")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table request_keys");
  }
}
