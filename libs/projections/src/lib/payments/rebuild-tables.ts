import type { Pool } from "pg";
import { asDatabaseError } from "../database/pool.js";
import { grantTable, secureTenantTable } from "../database/tenant-table.js";
import { paymentsConsumer } from "./payments-database.js";

/** The schema in which a rebuild fills its tables, beside the live ones. */
export const rebuildSchema = "rebuild";

const tenantTables = ["payment_events", "payment_summaries", "payment_attempts", "request_keys", "payment_reviews"] as const;
const checkpoints = "projection_checkpoints";

/** Number of rows and a digest that does not depend on their order, by table. */
export type TableDigests = Readonly<Record<string, Readonly<{ rows: number; digest: string }>>>;

/**
 * `like` names indexes by its own rule. They get the live ones' names back, because entities and later migrations know
 * them by these; two with the same columns and condition do not exist.
 */
const nameIndexesAsLive = `
  do $$ declare index record; begin
    for index in
      select made.relname as made, live.relname as live
      from pg_index mi join pg_class made on made.oid = mi.indexrelid join pg_class mt on mt.oid = mi.indrelid
      join pg_namespace mn on mn.oid = mt.relnamespace and mn.nspname = '${rebuildSchema}'
      join pg_class lt on lt.relname = mt.relname and lt.relnamespace = 'public'::regnamespace
      join pg_index li on li.indrelid = lt.oid join pg_class live on live.oid = li.indexrelid
      where made.relname <> live.relname and li.indisunique = mi.indisunique and li.indisprimary = mi.indisprimary
        and split_part(pg_get_indexdef(li.indexrelid), ' USING ', 2) = split_part(pg_get_indexdef(mi.indexrelid), ' USING ', 2)
    loop
      execute format('alter index ${rebuildSchema}.%I rename to %I', index.made, index.live);
    end loop;
  end $$;`;

/** Empty tables like the live ones, with the same indexes, rights, and row-level security. `owner` is the login role. */
export const createRebuildTables = async (owner: Pool): Promise<void> => {
  const like = (table: string): string => `create table ${rebuildSchema}.${table} (like public.${table} including all);`;
  await run(owner, `
    drop schema if exists ${rebuildSchema} cascade;
    create schema ${rebuildSchema};
    grant usage on schema ${rebuildSchema} to malipo_api, malipo_projector, malipo_decider;
    ${like(checkpoints)} ${grantTable(`${rebuildSchema}.${checkpoints}`)}
    ${tenantTables.map((table) => like(table) + secureTenantTable(`${rebuildSchema}.${table}`)).join("\n")}
    ${nameIndexesAsLive}`);
};

/**
 * Puts the filled tables in the place of the live ones, in one transaction: readers see the old rows or the new ones,
 * with the checkpoint that belongs to them. A projector that was at work finds its compare-and-set stale and goes on
 * from the new checkpoint.
 */
export const swapRebuiltTables = (owner: Pool): Promise<void> =>
  run(owner, `
    begin;
    set local lock_timeout = '10s';
    lock table public.${checkpoints} in access exclusive mode;
    lock table public.payment_reviews in access exclusive mode; -- before the summaries, as their readers do
    ${tenantTables.map((table) => `drop table public.${table}; alter table ${rebuildSchema}.${table} set schema public;`).join("\n")}
    delete from public.${checkpoints} where consumer = '${paymentsConsumer}';
    insert into public.${checkpoints} select * from ${rebuildSchema}.${checkpoints} where consumer = '${paymentsConsumer}';
    drop schema ${rebuildSchema} cascade;
    commit;`);

/** Of the tables in a schema, as the projector sees them. The checkpoint of the payments projections counts too. */
export const digestTables = async (projector: Pool, schema = "public"): Promise<TableDigests> => {
  const digests: Record<string, { rows: number; digest: string }> = {};
  for (const table of [...tenantTables, checkpoints]) {
    const only = table === checkpoints ? `where consumer = '${paymentsConsumer}'` : "";
    const { rows } = await projector
      .query<{ rows: string; digest: string | null }>(
        `select count(*) as rows, sum(hashtextextended(t::text, 0)::numeric)::text as digest from ${schema}.${table} t ${only}`,
      )
      .catch((error: unknown) => Promise.reject(asDatabaseError(error)));
    digests[table] = { rows: Number(rows[0]!.rows), digest: rows[0]!.digest ?? "0" };
  }
  return digests;
};

const run = async (pool: Pool, statements: string): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query(statements);
    client.release();
  } catch (error) {
    client.release(true);
    throw asDatabaseError(error);
  }
};
