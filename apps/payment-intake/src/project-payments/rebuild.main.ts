import { KafkaLogReader } from "@malipo/event-log";
import { createPool, createRebuildTables, digestTables, migrate, PgPaymentsDatabase, rebuildSchema, swapRebuiltTables, type TableDigests } from "@malipo/projections";
import { createLogger, required, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import pg from "pg";
import { rebuildPayments } from "./rebuild.js";

/**
 * Builds the payments' tables anew from the log, beside the live ones, and swaps them in one transaction. Composed
 * without a producer and without an HTTP client: it can tell nobody anything and ask no provider.
 */
const main = async (env: Readonly<Record<string, string | undefined>>, json: boolean): Promise<void> => {
  const databaseUrl = required(env, "DATABASE_URL");
  const logger = createLogger("rebuild", "rebuild", "warn");
  const say = (text: string): void => void (json || process.stdout.write(`${text}\n`));
  await migrate(databaseUrl);
  const log = new KafkaLogReader({
    brokers: required(env, "KAFKA_BROKERS").split(","),
    clientId: "rebuild",
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    logger,
    onFatal: (error) => {
      throw error;
    },
  });
  const owner = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const live = createPool(databaseUrl, { role: "malipo_projector", name: "rebuild", connectionsMax: 1, statementMs: 600_000 });
  const beside = createPool(databaseUrl, { role: "malipo_projector", name: "rebuild", schema: rebuildSchema, statementMs: 600_000 });
  try {
    const startedMs = systemClock.monotonicMs();
    const before = await digestTables(live);
    await createRebuildTables(owner);
    const events = await rebuildPayments(log, new PgPaymentsDatabase({ api: beside, projector: beside, decider: beside }), logger);
    const after = await digestTables(beside, rebuildSchema);
    await swapRebuiltTables(owner);
    const seconds = ((systemClock.monotonicMs() - startedMs) / 1000).toFixed(1);
    if (json) process.stdout.write(`${JSON.stringify({ events, before, after, identical: same(before, after) })}\n`);
    else for (const line of table(before, after)) say(line);
    say(`rebuild: ${events} events in ${seconds} s, ${same(before, after) ? "rows identical" : "rows differ from those that were there"}`);
  } finally {
    await log.close();
    await Promise.all([owner.end(), live.end(), beside.end()]);
  }
};

const same = (before: TableDigests, after: TableDigests): boolean =>
  Object.keys(after).every((name) => after[name]!.digest === before[name]?.digest && after[name]!.rows === before[name]?.rows);

const table = (before: TableDigests, after: TableDigests): readonly string[] =>
  Object.entries(after).map(([name, { rows, digest }]) => {
    const old = before[name];
    const word = old?.digest === digest && old.rows === rows ? "identical" : `was ${old?.rows ?? 0} rows, ${old?.digest ?? "-"}`;
    return `${name.padEnd(24)} ${String(rows).padStart(9)} rows  ${digest.padStart(24)}  ${word}`;
  });

try {
  await main(process.env, process.argv.includes("--json"));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
