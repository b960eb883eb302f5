import type { MigrationInterface, QueryRunner } from "typeorm";
import { grantTable, secureTenantTable } from "../database/tenant-table.js";

/** Every event of every merchant, raw: the decider's look-ups and the published states are folded from it. */
export class CreateMerchants1790000000015 implements MigrationInterface {
  name = "CreateMerchants1790000000015";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table merchant_events (
        partition smallint not null,
        "offset" bigint not null,
        account text not null,
        aggregate_id text not null,
        aggregate_version integer not null,
        type text not null,
        value bytea not null,
        causation text,
        primary key (partition, "offset"),
        unique (aggregate_id, aggregate_version)
      );
      ${secureTenantTable("merchant_events")}
      -- Operational state, not truth: when each credential was used last.
      create unlogged table credential_uses (credential_id text primary key, last_used_at timestamptz not null);
      ${grantTable("credential_uses")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table credential_uses; drop table merchant_events");
  }
}
