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

/** Empty tables like the live ones, with the same indexes, rights, and row-level security. `owner` is the login role. */
export const createRebuildTables = async (owner: Pool): Promise<void> => {
  const like = (table: string): string => `create table ${rebuildSchema}.${table} (like public.${table} including all);`;
  await run(owner, `
    drop schema if exists ${rebuildSchema} cascade;
    create schema ${rebuildSchema};
    grant usage on schema ${rebuildSchema} to malipo_api, malipo_projector, malipo_decider;
    ${like(checkpoints)} ${grantTable(`${rebuildSchema}.${checkpoints}`)}
    ${tenantTables.map((table) => like(table) + secureTenantTable(`${rebuildSchema}.${table}`)).join("\n")}`);
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
