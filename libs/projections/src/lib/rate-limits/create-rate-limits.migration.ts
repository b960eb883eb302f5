import type { MigrationInterface, QueryRunner } from "typeorm";

/** Operational state, not truth: unlogged, empty after a crash, and never rebuilt. */
export class CreateRateLimits1790000000003 implements MigrationInterface {
  name = "CreateRateLimits1790000000003";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create unlogged table rate_limits (key text primary key, arrival_us bigint not null, granted bigint not null);
      grant select, insert, update on rate_limits to malipo_api;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table rate_limits");
  }
}
