import type { MigrationInterface, QueryRunner } from "typeorm";
import { grantTable, secureTenantTable } from "../database/tenant-table.js";

/**
 * The router's fold of `payments.events.v1`: which payments wait for an attempt, which attempts are open, and which
 * payment a late webhook's attempt belongs to. Nothing here names a payer: the payer's account stays sealed.
 */
export class CreateRouter1790000000040 implements MigrationInterface {
  name = "CreateRouter1790000000040";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table router_checkpoints (
        topic text not null,
        partition smallint not null,
        next_offset bigint not null,
        seq bigint not null,
        head bytea not null,
        primary key (topic, partition)
      );
      ${grantTable("router_checkpoints")}
      create table router_payments (
        payment_id text primary key,
        account text not null,
        partition smallint not null,
        phase text not null,
        folded_to bigint not null,
        state jsonb not null
      );
      create index router_payments_unfinished on router_payments (payment_id) where phase <> 'closed';
      ${secureTenantTable("router_payments")}
      create table router_attempts (
        attempt_id text primary key,
        payment_id text not null
      );
      ${grantTable("router_attempts")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table router_attempts, router_payments, router_checkpoints");
  }
}
