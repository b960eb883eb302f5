import type { MigrationInterface, QueryRunner } from "typeorm";
import { grantTable } from "../database/tenant-table.js";

export class CreateCheckpoints1790000000002 implements MigrationInterface {
  name = "CreateCheckpoints1790000000002";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table projection_checkpoints (
        consumer text not null,
        topic text not null,
        partition smallint not null,
        next_offset bigint not null,
        seq bigint not null,
        head bytea not null,
        command_cursor bigint,
        last_at timestamptz,
        primary key (consumer, topic, partition)
      );
      ${grantTable("projection_checkpoints")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table projection_checkpoints");
  }
}
