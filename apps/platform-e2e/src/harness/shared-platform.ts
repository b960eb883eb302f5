import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify } from "@malipo/local-platform";
import { LaunchedPlatform } from "./launched-platform.js";

/** Short enough to see every end of a payment within a run, long enough that a paused process is not taken for a dead one. */
const times = { RESOLVE_BY_S: "10", PROVIDER_VISIBILITY_S: "3" };

/** The folder of this run: one test process, one platform, however many files of specs share it. */
const homeOfThisRun = (): string => {
  const { pid, startedAt } = identify(process.pid)!;
  return join(tmpdir(), `malipo-e2e-${pid}-${startedAt}`);
};

/** The platform that all specs of this run share; the first to ask starts it, and it ends with the run. */
export const sharedPlatform = async (): Promise<LaunchedPlatform> => {
  const home = homeOfThisRun();
  mkdirSync(home, { recursive: true });
  const platform = await LaunchedPlatform.start(home, times);
  await platform.awaitReady();
  return platform;
};
