import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { resetPlatform } from "./lib/reset.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const home = resolve(root, process.env["MALIPO_HOME"] || ".malipo");
await resetPlatform(home, (line) => void process.stdout.write(`${line}\n`));
