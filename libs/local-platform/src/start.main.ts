import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runPlatform } from "./lib/launcher.js";

const { values } = parseArgs({ options: { "no-demo-payment": { type: "boolean", default: false } } });
const root = fileURLToPath(new URL("../../..", import.meta.url));

// npm, the shell, and the terminal may each deliver the same Ctrl-C: the first counts, the rest say nothing new.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stop.abort(new Error(`received ${signal}`)));
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);
// A reader that went away (a closed terminal, `| head`) must not leave the platform running without its launcher.
process.stdout.on("error", () => stop.abort(new Error("nobody reads the output any more")));

try {
  await runPlatform({ root, env: process.env, demoPayment: !values["no-demo-payment"], write, stop: stop.signal });
  process.exitCode = 0;
} catch (error) {
  const cause = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nnpm start failed: ${cause}\n`);
  process.exitCode = 1;
}
// Whatever a library still holds open must not keep a stopped platform's launcher alive.
setTimeout(() => process.exit(), 500).unref();
