import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { assertPortFree, loopback } from "../net/ports.js";
import { stopLeftover, removePidFile } from "../processes/pid-file.js";
import { identify } from "../processes/process-identity.js";
import { startServerProcess, tailOfLog } from "../processes/server-process.js";
import { stopProcess, type StopStep } from "../processes/stop-process.js";
import { waitUntil } from "../processes/wait-until.js";
import { postgresBinaries } from "./binaries.js";
import { answersSelect, applicationRole, prepareDatabase } from "./database-role.js";
import { postgresUser, type OsUser } from "./os-user.js";
import { reachableBinaries, reachableDataDir } from "./reachable-folders.js";
import { postgresFlags } from "./settings.js";

const run = promisify(execFile);
const admin = "postgres";

export interface StartPostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly logFile?: string;
  /** `short` gives up safety against power loss: for tests. */
  readonly life?: "long" | "short";
  readonly onProgress?: (message: string) => void;
  /** Gives up a start that is under way, and leaves nothing running. */
  readonly signal?: AbortSignal | undefined;
}

export interface PostgresServer {
  readonly url: string;
  /** Undefined when DATABASE_URL named a PostgreSQL that is not ours. */
  readonly pid: number | undefined;
  readonly exited?: Promise<string>;
  stop(): Promise<void>;
}

// SIGINT ends sessions and closes cleanly, SIGQUIT leaves the rest to crash recovery.
const stopSteps: readonly StopStep[] = [
  { signal: "SIGINT", waitMs: 3_000 },
  { signal: "SIGQUIT", waitMs: 1_000 },
  { signal: "SIGKILL", waitMs: 1_000 },
];

const given = async (url: string, signal?: AbortSignal): Promise<PostgresServer> => {
  await waitUntil(async () => ((await answersSelect(url)) ? true : undefined), {
    timeoutMs: 15_000,
    everyMs: 500,
    signal,
    what: "PostgreSQL (from DATABASE_URL) answers",
  });
  return { url, pid: undefined, stop: () => Promise.resolve() };
};

const passwordOf = (dataDir: string): string => {
  const file = join(dataDir, "password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8");
};

const initialise = async (bin: string, root: string, cluster: string, password: string, user: OsUser | undefined, fast: boolean) => {
  if (existsSync(join(cluster, "PG_VERSION"))) return;
  rmSync(cluster, { recursive: true, force: true }); // what an interrupted initdb left
  mkdirSync(cluster, { mode: 0o700 });
  const passwordFile = join(root, "initdb-password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) for (const path of [cluster, passwordFile]) chownSync(path, user.uid, user.gid);
  const flags = ["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", "--no-instructions", ...(fast ? ["--no-sync"] : [])];
  const args = [`--pgdata=${cluster}`, `--username=${admin}`, `--pwfile=${passwordFile}`, ...flags];
  try {
    await run(join(bin, "initdb"), args, { ...user, cwd: root, timeout: 120_000, env: { ...process.env, LC_ALL: "C" } });
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

/** A server that outlived its launcher and has no pid file of ours any more still names itself in postmaster.pid. */
const stopPostmaster = async (cluster: string): Promise<void> => {
  const file = join(cluster, "postmaster.pid");
  if (!existsSync(file)) return;
  const identity = identify(Number(readFileSync(file, "utf8").split("\n")[0]));
  // A postmaster works in its data folder; any other process that got the number does not.
  const isOurs = (pid: number): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
    } catch {
      return false;
    }
  };
  if (identity !== undefined && isOurs(identity.pid)) await stopProcess(identity, stopSteps);
  else if (process.platform === "linux") removePidFile(file);
};

/** PostgreSQL on this machine, or the one that DATABASE_URL names. Ready means that it answers a query. */
export const startPostgres = async (options: StartPostgresOptions): Promise<PostgresServer> => {
  const env = options.env ?? process.env;
  if (env["DATABASE_URL"]) return given(env["DATABASE_URL"], options.signal);

  const user = postgresUser();
  const { nativeDir, version } = postgresBinaries();
  const bin = join(reachableBinaries(nativeDir, version, user), "bin");
  const root = reachableDataDir(options.dataDir, user);
  const cluster = join(root, "data");
  const life = options.life ?? "long";
  mkdirSync(root, { recursive: true, mode: 0o711 });

  const pidFile = join(root, "postgres.pid");
  const leftover = await stopLeftover(pidFile, stopSteps);
  if (leftover !== undefined) options.onProgress?.(`stopped a PostgreSQL left over from an earlier start (pid ${leftover})`);
  await stopPostmaster(cluster);
  await assertPortFree("PostgreSQL", options.port, "POSTGRES_PORT");

  const password = passwordOf(root);
  await initialise(bin, root, cluster, password, user, life === "short");
  const logFile = options.logFile ?? join(root, "postgres.log");
  if (existsSync(logFile)) truncateSync(logFile);

  const launch = () =>
    startServerProcess({
      command: join(bin, "postgres"),
      args: ["-D", cluster, ...postgresFlags(options.port, life)],
      logFile,
      pidFile,
      stopSteps,
      spawn: { ...user, cwd: root, env: { ...process.env, LC_ALL: "C" } },
    });
  let server = await launch();
  const adminUrl = `postgresql://${admin}:${password}@${loopback}:${options.port}/postgres`;
  try {
    await waitUntil(
      async () => {
        if (server.hasExited()) {
          const log = tailOfLog(logFile);
          if (!/shared memory block .* is still in use|lock file .* already exists/.test(log)) {
            throw new Error(`PostgreSQL ended during its start (${await server.exited}):\n${log}`);
          }
          // The workers of a killed postmaster take a moment to notice its death.
          truncateSync(logFile);
          server = await launch();
        }
        return (await answersSelect(adminUrl)) ? true : undefined;
      },
      { timeoutMs: 60_000, what: "PostgreSQL answers", signal: options.signal },
    );
    await prepareDatabase(adminUrl, password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const url = `postgresql://${applicationRole}:${password}@${loopback}:${options.port}/${applicationRole}`;
  return { url, pid: server.pid, exited: server.exited, stop: server.stop };
};
