// npm start: installs and builds what is missing, then runs the launcher in the foreground.
import { become, build, ensureInstalled } from "./lib/prepare.mjs";

await ensureInstalled();
await build();
become("libs/local-platform/dist/start.main.js", process.argv.slice(2));
