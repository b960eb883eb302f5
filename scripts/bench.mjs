// npm run bench -- W2|W3|overload|recovery: measures one workload on a platform of its own.
import { become, build, ensureInstalled } from "./lib/prepare.mjs";

await ensureInstalled();
await build();
become("apps/platform-bench/dist/main.js", process.argv.slice(2));
