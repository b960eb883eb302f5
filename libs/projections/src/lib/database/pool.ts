import pg from "pg";

/** NOLOGIN roles made by the migrations. The login role itself sees no row of a tenant table. */
export type DatabaseRole = "malipo_api" | "malipo_projector" | "malipo_decider";

export type PoolOptions = Readonly<{
  role: DatabaseRole;
  /** Shown in `pg_stat_activity`. */
  name: string;
  connectionsMax?: number;
  statementMs?: number;
  /** Where tables are looked for; a rebuild fills another schema. */
  schema?: string;
  /**
   * For rows that are rebuilt from the log, whose checkpoint is written in the same transaction and compared with what the
   * service has applied: a commit is answered before it is on disk. A crash of the database (not of a service) may take
   * the last moments away, rows and checkpoint alike, and they are read from the log again.
   */
  rebuildable?: boolean;
  /** A connection that was lost while it was idle; the next statement opens another. */
  onIdleError?: (error: Error) => void;
}>;

/** The database did not answer, or not in time. What was asked may be asked again. */
export class DatabaseUnavailableError extends Error {
  readonly code = "database_unavailable";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DatabaseUnavailableError";
  }
}

/** Connections that act as one role from their first statement on, with bounded waiting everywhere. */
export const createPool = (databaseUrl: string, options: PoolOptions): pg.Pool => {
  const { role, name, connectionsMax = 4, statementMs = 5_000, schema, rebuildable = false, onIdleError } = options;
  const settings = [`-c role=${role}`, `-c statement_timeout=${statementMs}`, "-c lock_timeout=3000"];
  if (rebuildable) settings.push("-c synchronous_commit=off");
  if (schema !== undefined) settings.push(`-c search_path=${schema}`);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: name,
    max: connectionsMax,
    connectionTimeoutMillis: 2_000,
    query_timeout: statementMs + 1_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    options: settings.join(" "),
  });
  pool.on("error", (error) => onIdleError?.(error));
  return pool;
};

/** Errors of the driver that carry no SQLSTATE say nothing about our statement: the server did not answer. */
export const asDatabaseError = (error: unknown): Error => {
  const { code } = error as { code?: unknown };
  if (error instanceof Error && typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return error;
  return new DatabaseUnavailableError("the database does not answer", { cause: error });
};

export type CommitOutcome = Readonly<
  | { kind: "ok" }
  /** Somebody else moved the checkpoint: nothing of this was applied. */
  | { kind: "stale" }
  | { kind: "failed"; cause: unknown }
  /** The connection was lost at the commit; the checkpoint tells later whether it was applied. */
  | { kind: "unknown"; cause: unknown }
>;

/** Thrown inside a transaction to leave it without applying anything, because a compare-and-set found another value. */
export class StaleError extends Error {}

/** One transaction on one connection. A connection whose state is in doubt is thrown away. */
export const inTransaction = async (pool: pg.Pool, task: (client: pg.PoolClient) => Promise<void>): Promise<CommitOutcome> => {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { kind: "failed", cause: asDatabaseError(error) };
  }
  // The pool listens only while a connection is idle. One that is lost between two statements of ours says so by an event,
  // which without a listener would end the process; the next statement on it is refused and tells us the same.
  client.on("error", heardFromStatement);
  let committing = false;
  try {
    await client.query("begin");
    await task(client);
    committing = true;
    await client.query("commit");
    client.release();
    return { kind: "ok" };
  } catch (error) {
    client.release(true); // closing the connection rolls back what was not committed
    if (error instanceof StaleError) return { kind: "stale" };
    const cause = asDatabaseError(error);
    return committing && cause instanceof DatabaseUnavailableError ? { kind: "unknown", cause } : { kind: "failed", cause };
  } finally {
    client.off("error", heardFromStatement); // the pool's own listener is back
  }
};

const heardFromStatement = (): void => undefined;

export const queryRows = async (pool: pg.Pool, text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> => {
  try {
    return (await pool.query<Record<string, unknown>>(text, [...values])).rows;
  } catch (error) {
    throw asDatabaseError(error);
  }
};

/** Reads as one account: row-level security shows nothing of any other. `account` also narrows the statement itself. */
export const queryAsAccount = async (
  pool: pg.Pool,
  account: string,
  text: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> => {
  let rows: Record<string, unknown>[] = [];
  const outcome = await inTransaction(pool, async (client) => {
    await client.query("select set_config('malipo.account', $1, true)", [account]);
    rows = (await client.query<Record<string, unknown>>(text, [...values])).rows;
  });
  if (outcome.kind === "failed" || outcome.kind === "unknown") throw outcome.cause;
  return rows;
};
