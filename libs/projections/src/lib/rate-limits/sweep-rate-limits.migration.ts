import type { MigrationInterface, QueryRunner } from "typeorm";

/** Rows of keys that are quiet are deleted now and then, by the role that makes them. */
export class SweepRateLimits1790000000050 implements MigrationInterface {
  name = "SweepRateLimits1790000000050";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("grant delete on rate_limits to malipo_api");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("revoke delete on rate_limits from malipo_api");
  }
}
