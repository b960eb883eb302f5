import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, freePorts, startKafka, startPostgres } from "@malipo/local-platform";
import { startReaper } from "./reaper.js";
import type { TestServers } from "./start-test-servers.js";

/** Kafka and PostgreSQL in a folder of their own under the system's temporary folder, gone after the run. */
export const startEmbeddedServers = async (env: NodeJS.ProcessEnv): Promise<TestServers> => {
  const folder = mkdtempSync(join(tmpdir(), "malipo-test-"));
  chmodSync(folder, 0o711); // PostgreSQL may run as another user and has to get through
  const reaper = startReaper();
  reaper.watchFolder(folder);
  const [port, controllerPort, postgresPort] = (await freePorts(3)) as [number, number, number];
  const life = "short";
  const onProgress = (message: string): void => console.error(message);
  try {
    const starting = [
      startKafka({ dataDir: join(folder, "kafka"), port, controllerPort, cacheDir: cacheFolder(env, ".malipo/cache"), env, life, onProgress }),
      startPostgres({ dataDir: join(folder, "postgres"), port: postgresPort, env, life, onProgress }),
    ] as const;
    const watch = ({ pid }: { pid: number | undefined }): void => (pid === undefined ? undefined : reaper.watchProcess(pid));
    await Promise.allSettled(starting.map(async (server) => watch(await server)));
    const [kafka, postgres] = await Promise.all(starting);
    return {
      kafkaBrokers: kafka.brokers,
      databaseUrl: postgres.url,
      stop: async () => {
        await Promise.all([kafka.stop(), postgres.stop()]);
        await reaper.finish();
      },
    };
  } catch (error) {
    await reaper.finish();
    throw error;
  }
};
