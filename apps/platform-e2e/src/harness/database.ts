import { Client } from "pg";

export type Tables = Readonly<Record<string, readonly string[]>>;

const withClient = async <T>(url: string, use: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

/** The tenant tables force row-level security on their owner too, so a read takes a role that may see all of them. */
export const query = async <T extends object>(url: string, text: string, values: readonly unknown[] = [], role?: string): Promise<readonly T[]> =>
  withClient(url, async (client) => {
    if (role !== undefined) await client.query(`set role ${role}`);
    return (await client.query<T>(text, [...values])).rows;
  });

const names = async (client: Client): Promise<readonly string[]> => {
  const { rows } = await client.query<{ table_name: string }>(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  return rows.map(({ table_name: name }) => name);
};

/** Every row of every table as text, sorted, so that two dumps of the same facts are equal. */
export const dumpTables = (url: string, role = "malipo_decider"): Promise<Tables> =>
  withClient(url, async (client) => {
    const tables: Record<string, readonly string[]> = {};
    for (const name of await names(client)) {
      await client.query("reset role");
      const { rows: grants } = await client.query<{ may: boolean }>("select has_table_privilege($1, $2, 'select') as may", [role, name]);
      if (grants[0]?.may === true) await client.query(`set role ${role}`);
      const { rows } = await client.query<{ line: string }>(`select t::text as line from "${name}" t`);
      tables[name] = rows.map(({ line }) => line).sort();
    }
    return tables;
  });
