import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../../database/tenant-table.js";

export class CreatePaymentEvents1790000000010 implements MigrationInterface {
  name = "CreatePaymentEvents1790000000010";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table payment_events (
        partition smallint not null,
        event_offset bigint not null,
        seq bigint not null,
        aggregate_id text not null,
        agg_version integer not null,
        type text not null,
        value bytea not null,
        command_id text,
        command_offset bigint,
        correlation text,
        at timestamptz not null,
        account text not null,
        primary key (partition, event_offset)
      );
      create unique index payment_events_by_aggregate on payment_events (aggregate_id, agg_version);
      ${secureTenantTable("payment_events")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table payment_events");
  }
}
