import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { identify, waitUntil } from "@malipo/local-platform";

const reaper = pathToFileURL(join(import.meta.dirname, "../../dist/lib/reaper.js")).href;
const node = (script: string): readonly string[] => ["--input-type=module", "-e", `import { startReaper } from "${reaper}";\n${script}`];

describe("the reaper", () => {
  it("ends the servers and removes the folders of a run that was killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "malipo-reaper-"));
    const server = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(server, "spawn");
    const gone = once(server, "exit");
    const script = `
      const reaper = startReaper();
      reaper.watchFolder(${JSON.stringify(folder)});
      reaper.watchProcess(${server.pid});
      console.log("watching");
      setInterval(() => {}, 1000);`;
    const run = spawn(process.execPath, node(script), { stdio: ["ignore", "pipe", "inherit"] });
    await once(run.stdout, "data");
    run.kill("SIGKILL");
    await gone;
    expect(identify(server.pid!)).toBeUndefined();
    await waitUntil(() => (existsSync(folder) ? undefined : true), { timeoutMs: 5_000, what: "the folder is removed" });
  });

  it("keeps the run alive until it is done, or its report would never be written", async () => {
    const script = `await startReaper().finish(); console.log("done");`;
    const { stdout } = await promisify(execFile)(process.execPath, [...node(script)]);
    expect(stdout).toBe("done\n");
  });
});
