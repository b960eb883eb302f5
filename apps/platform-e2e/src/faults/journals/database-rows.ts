import { Client } from "pg";
import type { DatabaseRows, Row } from "@malipo/simulation/judges";

const tables = ["payment_events", "payment_summaries", "payment_attempts", "payment_reviews", "request_keys"] as const;

/** The payments' rows and the checkpoint that they were made at, in one snapshot. */
export const readRows = async (url: string): Promise<DatabaseRows> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query("begin transaction isolation level repeatable read, read only");
    await client.query("set local role malipo_decider"); // the tenants' tables hide their rows even from their owner
    const all = async (text: string): Promise<readonly Row[]> => (await client.query<Row>(text)).rows;
    const checkpoints = await all("select * from projection_checkpoints where consumer = 'payments' and topic = 'payments.events.v1'");
    const rows: Record<string, readonly Row[]> = {};
    for (const table of tables) rows[table] = await all(`select * from ${table}`);
    await client.query("commit");
    return { checkpoints, ...(rows as Record<(typeof tables)[number], readonly Row[]>) };
  } finally {
    await client.end();
  }
};
