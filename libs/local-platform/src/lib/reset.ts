import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { launcherPidFile } from "./platform/data-folder.js";
import { unmountSmallDisks } from "./platform/small-disks.js";
import { stopLeftover } from "./processes/pid-file.js";
import { gracefulSteps } from "./processes/stop-process.js";

/** Stops the launcher of that folder and what a crashed one left behind, then deletes the folder. */
export const resetPlatform = async (home: string, write: (line: string) => void): Promise<void> => {
  const stop = async (file: string, graceMs: number): Promise<void> => {
    const pid = await stopLeftover(file, gracefulSteps(graceMs));
    if (pid !== undefined) write(`stopped process ${pid} (${file})`);
  };
  await stop(launcherPidFile(home), 20_000); // it stops its own first
  const pids = join(home, "pids");
  if (existsSync(pids)) {
    await Promise.all(readdirSync(pids).map((name) => (name.endsWith(".pid") ? stop(join(pids, name), 5_000) : undefined)));
  }
  await stop(join(home, "kafka", "broker.pid"), 5_000);
  await stop(join(home, "postgres", "postgres.pid"), 5_000);

  await unmountSmallDisks(home);
  const postgres = join(home, "postgres");
  // Under a closed home the data lies elsewhere, and a link stands here.
  if (lstatSync(postgres, { throwIfNoEntry: false })?.isSymbolicLink() && existsSync(postgres)) {
    rmSync(realpathSync(postgres), { recursive: true, force: true });
  }
  rmSync(home, { recursive: true, force: true });
  write(`deleted ${home}`);
};
