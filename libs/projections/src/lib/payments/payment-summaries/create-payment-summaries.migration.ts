import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../../database/tenant-table.js";

export class CreatePaymentSummaries1790000000011 implements MigrationInterface {
  name = "CreatePaymentSummaries1790000000011";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table payment_summaries (
        payment_id text primary key,
        account text not null,
        partition smallint not null,
        agg_version integer not null,
        order_number text not null,
        scope text not null,
        reference text not null,
        amount_minor bigint not null,
        currency text not null,
        method text not null,
        internal_status text not null,
        status text not null,
        version integer not null,
        reason text,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        expires_at timestamptz not null,
        resolve_by timestamptz,
        fingerprint text not null,
        answer text,
        parked boolean not null
      );
      create unique index payment_summaries_by_order_number on payment_summaries (order_number);
      create index payment_summaries_open on payment_summaries (partition)
        where internal_status in ('pending', 'requires_input', 'requires_confirmation', 'processing');
      ${secureTenantTable("payment_summaries")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table payment_summaries");
  }
}
