import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { stopProcess, type ProcessIdentity } from "@malipo/local-platform";

// Runs beside a test run and reads what to clean up from its standard input. The end of that input, however the run
// ended, is the signal: even a test run that was killed leaves no server and no folder behind.
type Entry = { readonly process: ProcessIdentity } | { readonly folder: string };

const entries: Entry[] = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
const input = createInterface({ input: process.stdin });
input.on("line", (line) => entries.push(JSON.parse(line) as Entry));
input.on("close", () => void cleanUp());

const cleanUp = async (): Promise<void> => {
  await Promise.all(entries.map((entry) => ("process" in entry ? stopProcess(entry.process, steps) : undefined)));
  for (const entry of entries) if ("folder" in entry) await rm(entry.folder, { recursive: true, force: true });
};

const steps = [
  { signal: "SIGINT", waitMs: 3_000 },
  { signal: "SIGKILL", waitMs: 2_000 },
] as const;
