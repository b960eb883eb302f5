import type { MigrationInterface, QueryRunner } from "typeorm";
import { secureTenantTable } from "../../database/tenant-table.js";

export class CreatePaymentReviews1790000000014 implements MigrationInterface {
  name = "CreatePaymentReviews1790000000014";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table payment_reviews (
        review_id text primary key,
        payment_id text not null,
        account text not null,
        agg_version integer not null,
        kind text not null,
        attempt_id text not null,
        opened_at timestamptz not null,
        closed_at timestamptz,
        closed_by text,
        resolution text
      );
      create index payment_reviews_by_payment on payment_reviews (payment_id);
      create index payment_reviews_open on payment_reviews (opened_at) where closed_at is null;
      ${secureTenantTable("payment_reviews")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table payment_reviews");
  }
}
