import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDemoFile, Supervisor } from "@malipo/local-platform";

// Keeps one more instance of some services beside the launcher's, each with exactly the environment of the first and a
// port of its own. The end of standard input ends them, however whoever asked for them came to its end.
const [home = "", ...wanted] = process.argv.slice(2);
const stopWithinMs = 8_000;

const supervisor = new Supervisor({
  pidDir: join(home, "companions"),
  logDir: join(home, "logs"),
  // What they say and why they ended is in their own logs, as with the launcher's.
  events: { onLine: () => undefined, onRestarted: () => undefined, onGivenUp: (_, reason) => console.error(reason) },
  // Killed on purpose, like the launcher's under faults: none may be given up for it.
  patience: "endless",
});

const split = (text: string): readonly string[] => text.split("\0").filter(Boolean);

for (const each of wanted) {
  const [name = "", port = ""] = each.split("=");
  const pid = readDemoFile(home)?.pids[name];
  if (pid === undefined) throw new Error(`${name} does not run`);
  const pairs = split(readFileSync(`/proc/${pid}/environ`, "utf8")).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const);
  const [command = "", ...args] = split(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  supervisor.start({
    name: `${name}-2`,
    command,
    args,
    env: { ...Object.fromEntries(pairs), PORT: port },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  });
}

// The signals of a Ctrl-C reach the whole foreground; whoever asked for us decides when we end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdin.resume().on("close", () => {
  supervisor.stop(stopWithinMs).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
