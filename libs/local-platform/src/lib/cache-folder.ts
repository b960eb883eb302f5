import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * What is dear to fetch and the same for every clone lives outside the project: `npm run reset` keeps it, and a second
 * clone on the same machine starts warm. Order: MALIPO_CACHE_DIR, XDG_CACHE_HOME/malipo, ~/.cache/malipo, and where no
 * home can be written (some CI images), the given folder of the project.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv, fallback: string): string => {
  if (env["MALIPO_CACHE_DIR"]) return resolve(env["MALIPO_CACHE_DIR"]);
  const preferred = join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "malipo");
  try {
    mkdirSync(preferred, { recursive: true });
    return preferred;
  } catch {
    return resolve(fallback);
  }
};
