import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../../database/tenant-table.js";

export class CreatePaymentAttempts1790000000012 implements MigrationInterface {
  name = "CreatePaymentAttempts1790000000012";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table payment_attempts (
        attempt_id text primary key,
        payment_id text not null,
        account text not null,
        agg_version integer not null,
        number integer not null,
        provider text not null,
        channel_id text not null,
        knowledge text not null,
        first_reference text,
        last_reference text,
        started_at timestamptz not null,
        updated_at timestamptz not null
      );
      create index payment_attempts_by_payment on payment_attempts (payment_id);
      ${secureTenantTable("payment_attempts")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table payment_attempts");
  }
}
