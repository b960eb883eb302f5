import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { missingMaven } from "./java.js";

const run = promisify(execFile);
const pomFile = fileURLToPath(new URL("../../../kafka/pom.xml", import.meta.url));
const stampName = "complete";

const copyDependencies = async (target: string, signal?: AbortSignal): Promise<void> => {
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${target}`];
  // A second try without the network for a closed one with a filled repository, and a third that asks again for what
  // Maven remembers as missing after an earlier network failure.
  const failures: string[] = [];
  for (const extra of [[], ["-o"], ["-U"]]) {
    try {
      await run("mvn", ["-B", "-q", ...extra, "-f", pomFile, ...goal], { signal, timeout: 300_000, maxBuffer: 16 << 20 });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const failed = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
      if (failed.code === "ENOENT") throw missingMaven();
      failures.push(`mvn ${extra.join(" ")}: ${(failed.stdout || failed.stderr || failed.message).trim().slice(0, 1_500)}`);
    }
  }
  throw new Error(`Maven could not fetch Apache Kafka (is the network closed?):\n${failures.join("\n")}`);
};

const jarsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".jar"))
    .sort()
    .map((name) => join(folder, name));

/**
 * The class path of the broker. The folder carries the hash of the pom, so that a changed pom never mixes with old jars,
 * and appears under its name only when it is whole, so that two starts at once and a killed download do no harm.
 */
export const kafkaJars = async (cacheDir: string, onFetch?: () => void, signal?: AbortSignal): Promise<readonly string[]> => {
  const hash = createHash("sha256").update(readFileSync(pomFile)).digest("hex").slice(0, 16);
  const folder = join(cacheDir, "kafka", hash);
  if (!existsSync(join(folder, stampName))) {
    onFetch?.();
    mkdirSync(join(cacheDir, "kafka"), { recursive: true });
    const partial = mkdtempSync(join(cacheDir, "kafka", "partial-"));
    try {
      await copyDependencies(partial, signal);
      writeFileSync(join(partial, stampName), `${jarsIn(partial).length} jars\n`);
      if (!existsSync(join(folder, stampName))) {
        rmSync(folder, { recursive: true, force: true });
        renameSync(partial, folder);
      }
    } catch (error) {
      if (!existsSync(join(folder, stampName))) throw error; // else another start was faster
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return jarsIn(folder);
};
