import type { MigrationInterface, QueryRunner } from "typeorm";
import { grantTable, secureTenantTable } from "../database/tenant-table.js";

/** Callbacks owed to merchants and the tries made: the fold of `payments.events.v1` and `callbacks.deliveries.v1`. */
export class CreateCallbacks1790000000020 implements MigrationInterface {
  name = "CreateCallbacks1790000000020";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table callback_checkpoints (
        topic text not null,
        partition smallint not null,
        next_offset bigint not null,
        seq bigint not null,
        head bytea not null,
        primary key (topic, partition)
      );
      ${grantTable("callback_checkpoints")}
      create table callback_deliveries (
        delivery_id text primary key,
        partition smallint not null,
        seq bigint not null,
        payment_id text not null,
        account text not null,
        type text not null,
        version integer not null,
        status text not null,
        order_number text not null,
        reference text not null,
        body text not null,
        url text not null,
        traceparent text,
        at timestamptz not null,
        state text not null,
        park_reason text,
        attempts integer not null,
        step integer not null,
        refusals integer not null,
        round_began_at timestamptz,
        retry_at timestamptz,
        newest_seq bigint not null,
        redeliver boolean not null,
        last_attempt_id text,
        fact_offset bigint not null
      );
      create unique index callback_deliveries_in_order on callback_deliveries (partition, seq);
      create index callback_deliveries_by_payment on callback_deliveries (payment_id, seq);
      create index callback_deliveries_by_order on callback_deliveries (order_number);
      create index callback_deliveries_by_reference on callback_deliveries (reference);
      create index callback_deliveries_waiting on callback_deliveries (partition, payment_id, seq) where state = 'waiting';
      create index callback_deliveries_parked on callback_deliveries (partition, seq) where state = 'parked';
      ${secureTenantTable("callback_deliveries")}
      create table callback_attempts (
        attempt_id text primary key,
        delivery_id text not null,
        partition smallint not null,
        fact_offset bigint not null,
        number integer not null,
        trigger text not null,
        at timestamptz not null,
        duration_ms bigint not null,
        outcome jsonb not null,
        newest_seq bigint not null,
        result jsonb not null
      );
      create index callback_attempts_by_delivery on callback_attempts (delivery_id, fact_offset);
      ${grantTable("callback_attempts")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table callback_attempts, callback_deliveries, callback_checkpoints");
  }
}
