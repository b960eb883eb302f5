import type { MigrationInterface, QueryRunner } from "typeorm";
import { grantTable, secureTenantTable } from "../database/tenant-table.js";

/**
 * What our log says of each attempt, what providers' statements say, and where the two disagree: the fold of
 * `payments.events.v1` and `reconciliation.events.v1`. Nothing here names a payer.
 */
export class CreateReconciliation1790000000030 implements MigrationInterface {
  name = "CreateReconciliation1790000000030";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table reconciliation_checkpoints (
        topic text not null,
        partition smallint not null,
        next_offset bigint not null,
        seq bigint not null,
        head bytea not null,
        primary key (topic, partition)
      );
      ${grantTable("reconciliation_checkpoints")}
      create table reconciliation_payments (
        payment_id text primary key,
        account text not null,
        order_number text not null,
        minor bigint not null,
        currency text not null
      );
      ${secureTenantTable("reconciliation_payments")}
      create table reconciliation_attempts (
        attempt_id text primary key,
        payment_id text not null,
        account text not null,
        order_number text not null,
        provider text not null,
        minor bigint not null,
        currency text not null,
        standing text not null,
        started_at timestamptz not null,
        charged_at timestamptz
      );
      create index reconciliation_attempts_by_payment on reconciliation_attempts (payment_id);
      create index reconciliation_attempts_charged on reconciliation_attempts (provider, charged_at, attempt_id) where standing = 'charged';
      ${secureTenantTable("reconciliation_attempts")}
      create table reconciliation_keys (
        provider text not null,
        key text not null,
        attempt_id text not null,
        primary key (provider, key, attempt_id)
      );
      create index reconciliation_keys_by_attempt on reconciliation_keys (attempt_id);
      ${grantTable("reconciliation_keys")}
      create table reconciliation_statements (
        statement_id text primary key,
        provider text not null,
        day date not null,
        state text not null,
        lines integer not null,
        known_lines integer not null,
        unreadable_lines integer not null,
        begun_at timestamptz not null,
        completed_at timestamptz
      );
      create index reconciliation_statements_by_day on reconciliation_statements (provider, day, begun_at);
      ${grantTable("reconciliation_statements")}
      create table reconciliation_lines (
        digest text primary key,
        statement_id text not null,
        provider text not null,
        kind text not null,
        transaction_id text not null,
        keys text[] not null,
        outcome text not null,
        minor bigint not null,
        currency text not null,
        at timestamptz not null,
        attempt_id text
      );
      create index reconciliation_lines_by_attempt on reconciliation_lines (attempt_id) where attempt_id is not null;
      create index reconciliation_lines_unmatched on reconciliation_lines using gin (keys) where attempt_id is null;
      create index reconciliation_lines_by_statement on reconciliation_lines (statement_id);
      ${grantTable("reconciliation_lines")}
      create table reconciliation_breaks (
        break_id text primary key,
        kind text not null,
        provider text not null,
        line_digest text,
        transaction_id text,
        attempt_id text,
        payment_id text,
        order_number text,
        ours_minor bigint,
        ours_currency text,
        theirs_minor bigint,
        theirs_currency text,
        state text not null,
        owner text not null,
        opened_at timestamptz not null,
        closed_at timestamptz,
        resolution text
      );
      create index reconciliation_breaks_listed on reconciliation_breaks (opened_at, break_id);
      create index reconciliation_breaks_by_attempt on reconciliation_breaks (attempt_id) where state = 'open';
      create index reconciliation_breaks_by_line on reconciliation_breaks (line_digest) where state = 'open';
      create index reconciliation_breaks_by_order on reconciliation_breaks (order_number);
      ${grantTable("reconciliation_breaks")}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table reconciliation_breaks, reconciliation_lines, reconciliation_statements, reconciliation_keys,
      reconciliation_attempts, reconciliation_payments, reconciliation_checkpoints`);
  }
}
