import { Client } from "pg";
import { query } from "../../harness/database.js";
import type { FaultCase, FaultGround, Heal } from "../fault.js";
import { hit, signal } from "./instances.js";
import { diskFull, end, pidOf } from "./servers.js";

const cutOthers = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user";

const cutAll = async ({ platform }: FaultGround): Promise<void> => void (await query(platform.demo.databaseUrl, cutOthers));

const connectionsCut: FaultCase = {
  name: "database/connections-cut",
  group: "database",
  holdMs: 0,
  inject: async (ground) => {
    await cutAll(ground);
    return async () => undefined;
  },
};

/** Whoever comes back is cut off again. */
const connectionsCutAgain: FaultCase = {
  name: "database/connections-cut-again",
  group: "database",
  holdMs: 10_000,
  inject: async (ground) => {
    let over = false;
    const cutting = (async () => {
      while (!over) {
        await cutAll(ground);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    cutting.catch(() => undefined); // told when it is healed; until then nobody listens, and the run would end of it
    return async () => {
      over = true;
      await cutting;
    };
  },
};

/** What every payment touches. */
const hotTables = ["payment_events", "payment_summaries"];

/** As a careless migration does it: nobody may even read. */
const lock = async ({ platform }: FaultGround): Promise<Heal> => {
  const client = new Client({ connectionString: platform.demo.databaseUrl, connectionTimeoutMillis: 10_000, statement_timeout: 20_000 });
  client.on("error", () => undefined); // a connection that is lost has no lock: `rollback` says so
  await client.connect();
  try {
    await client.query("begin");
    for (const table of hotTables) await client.query(`lock table ${table} in access exclusive mode`);
  } catch (error) {
    await client.end();
    throw error;
  }
  return async () => {
    await client.query("rollback");
    await client.end();
  };
};

const pause: FaultCase = {
  name: "database/pause",
  group: "database",
  holdMs: 20_000,
  inject: async (ground) => {
    // Each connection is a process of its own, and the first of them only takes new ones.
    const { databaseUrl } = ground.platform.demo;
    const rows = await query<{ pid: number }>(databaseUrl, "select pid from pg_stat_activity where backend_type = 'client backend'");
    const pids = [pidOf(ground, "postgres"), ...rows.map(({ pid }) => pid)];
    hit("postgres", pids[0], "SIGSTOP");
    for (const pid of pids.slice(1)) signal(pid, "SIGSTOP");
    return async () => {
      for (const pid of pids) signal(pid, "SIGCONT");
    };
  },
};

/** What happens to PostgreSQL. The launcher starts it again when it ends; a full disk needs `MALIPO_FAULT_LINKS=1`. */
export const postgresFaults: readonly FaultCase[] = [
  { name: "database/restart", group: "database", holdMs: 0, inject: (ground) => end(ground, "postgres", "SIGINT") },
  { name: "database/crash", group: "database", holdMs: 0, inject: (ground) => end(ground, "postgres", "SIGQUIT") },
  { name: "database/kill-9", group: "database", holdMs: 0, inject: (ground) => end(ground, "postgres", "SIGKILL") },
  connectionsCut,
  connectionsCutAgain,
  { name: "database/lock", group: "database", holdMs: 30_000, inject: lock },
  pause,
  diskFull("postgres", "database", 15_000),
];
