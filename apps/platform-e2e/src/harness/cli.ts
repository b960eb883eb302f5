import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { LaunchedPlatform } from "./launched-platform.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The operators' command line on that platform; answers what it printed. */
export const cli = async ({ demo, home }: LaunchedPlatform, ...args: readonly string[]): Promise<string> => {
  const env = { ...process.env, MALIPO_HOME: home, ADMIN_TOKEN: demo.adminToken };
  const main = join(root, "apps", "cli", "dist", "main.js");
  const { stdout } = await run(process.execPath, [main, ...args], { cwd: root, env, timeout: 60_000, maxBuffer: 16 << 20 });
  return stdout;
};
