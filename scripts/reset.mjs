// npm run reset: stops what is left over and deletes the data folder.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { become, build, ensureInstalled, root } from "./lib/prepare.mjs";

if (existsSync(resolve(root, process.env["MALIPO_HOME"] || ".malipo"))) {
  await ensureInstalled();
  await build();
  become("libs/local-platform/dist/reset.main.js");
} else {
  console.log("nothing to reset");
}
