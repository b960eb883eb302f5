import pg from "pg";

export const applicationRole = "malipo";

/**
 * The role that the services connect as, and its database. It is no superuser, because those see past row-level security;
 * it may make roles and databases, because migrations and tests do.
 */
export const prepareDatabase = async (adminUrl: string, password: string): Promise<void> => {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const attributes = `login createdb createrole nosuperuser password ${client.escapeLiteral(password)}`;
    const role = await client.query("select 1 from pg_roles where rolname = $1", [applicationRole]);
    await client.query(`${role.rowCount === 0 ? "create" : "alter"} role ${applicationRole} ${attributes}`);
    // So that it may switch to the roles it makes.
    await client.query(`alter role ${applicationRole} set createrole_self_grant = 'set, inherit'`);
    const database = await client.query("select 1 from pg_database where datname = $1", [applicationRole]);
    if (database.rowCount === 0) await client.query(`create database ${applicationRole} owner ${applicationRole}`);
  } finally {
    await client.end();
  }
};

export const answersSelect = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined); // a connection lost between two asks; the next ask tells
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};
