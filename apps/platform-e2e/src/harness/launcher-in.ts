import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessIdentity } from "@malipo/local-platform";

/** The launcher that runs on that folder now. */
export const launcherIn = (home: string): ProcessIdentity | undefined => {
  const file = join(home, "launcher.pid");
  if (!existsSync(file)) return undefined;
  const identity = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  return isRunning(identity) ? identity : undefined;
};
