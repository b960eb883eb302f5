// npm run faults: faults on a started platform under load, judged from independent journals; the nightly run is --all --seeds 3.
import { become, build, ensureInstalled } from "./lib/prepare.mjs";

await ensureInstalled();
await build();
become("apps/platform-e2e/dist/faults/main.js", process.argv.slice(2));
