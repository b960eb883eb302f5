// npm run simulate: seeds of the whole platform, a world to each core; a seed that breaks a rule is replayed by its number.
import { become, build, ensureInstalled } from "./lib/prepare.mjs";

await ensureInstalled();
await build();
become("libs/simulation/dist/main.js", process.argv.slice(2));
