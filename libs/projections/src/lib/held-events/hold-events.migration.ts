import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../database/tenant-table.js";

/**
 * Records that this version of a reader could not read, kept until one comes that can: raw for the dispatcher and the
 * router, which keep no events of their own, and marked among the projected events.
 */
export class HoldEvents1790000000060 implements MigrationInterface {
  name = "HoldEvents1790000000060";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table held_events (
        consumer text not null,
        partition smallint not null,
        event_offset bigint not null,
        seq bigint not null,
        payment_id text not null,
        account text not null,
        headers jsonb not null,
        value bytea not null,
        primary key (consumer, partition, event_offset)
      );
      create index held_events_by_payment on held_events (consumer, payment_id, seq);
      ${secureTenantTable("held_events")}
      alter table payment_events add column readable boolean not null default true;
      create index payment_events_unread on payment_events (partition, aggregate_id) where not readable`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index payment_events_unread; alter table payment_events drop column readable; drop table held_events");
  }
}
