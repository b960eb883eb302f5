// npm run reset: stops what is left over and deletes the data folder.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { become, build, ensureInstalled, root } from "./lib/prepare.mjs";

const main = "libs/local-platform/dist/reset.main.js";

if (existsSync(resolve(root, process.env["MALIPO_HOME"] || ".malipo"))) {
  // What started the platform is still there as a rule. A broken build of the moment must not keep it running.
  if (!existsSync(join(root, main)) || !existsSync(join(root, "node_modules", "undici"))) {
    await ensureInstalled();
    await build();
  }
  become(main);
} else {
  console.log("nothing to reset");
}
