import { parentPort, workerData } from "node:worker_threads";
import { patchModules } from "../controls/patched-modules.js";
import type { ThreadSays, ThreadSetup } from "./seed-threads.js";

/*
 * One thread of a run: a world at a time, asked for by its seed. A planted bug is put in before anything of the product is
 * loaded, which is why what runs the seeds is imported only afterwards.
 */
const { bug, options, trace } = workerData as ThreadSetup;
const port = parentPort!;
const say = (said: ThreadSays): void => port.postMessage(said);

const allChanged = bug === undefined ? () => undefined : patchModules(bug);
const { runSeed } = await import("../world/run-seed.js");
allChanged();

const runOptions = trace === true ? { ...options, trace: (line: string) => say({ kind: "trace", line }) } : options;
port.on("message", (seed: number) => {
  runSeed(seed, runOptions).then(
    (result) => say({ kind: "result", result }),
    (error: unknown) => say({ kind: "failure", why: `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }),
  );
});
say({ kind: "ready" });
