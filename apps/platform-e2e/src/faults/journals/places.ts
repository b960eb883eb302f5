import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "@malipo/simulation/judges";
import { dumpTables } from "../../harness/database.js";
import { dumpTopics } from "../../harness/kafka-dump.js";
import type { LaunchedPlatform } from "../../harness/launched-platform.js";

const newline = Buffer.from("\n");

/** Everything that the platform has written down: all topics, all tables, all log files. */
export const readPlaces = async ({ demo, logs, home }: LaunchedPlatform): Promise<readonly Place[]> => {
  const tables = Object.entries(await dumpTables(demo.databaseUrl)).map(([table, rows]): Place => ({ name: `table ${table}`, bytes: rows.join("\n") }));
  return [...(await topics(demo.kafkaBrokers)), ...tables, ...logFiles(logs, home)];
};

/** One place per topic: a hundred thousand records are looked through for each secret. */
const topics = async (brokers: string): Promise<readonly Place[]> => {
  const byTopic = Map.groupBy(await dumpTopics(brokers), ({ topic }) => topic);
  return [...byTopic].map(([topic, records]) => {
    const parts = records.flatMap(({ key, value, headers }) => [key, value, ...Object.values(headers)].flatMap((part) => [part, newline]));
    return { name: `topic ${topic}`, bytes: Buffer.concat(parts) };
  });
};

const logFiles = (logs: string, home: string): readonly Place[] => {
  const files = [...readdirSync(logs).map((file) => join(logs, file)), join(home, "launcher.log"), join(home, "companions.log")];
  return files.filter((file) => existsSync(file)).map((file) => ({ name: file, bytes: readFileSync(file) }));
};
