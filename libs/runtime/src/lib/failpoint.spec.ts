import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const built = pathToFileURL(join(import.meta.dirname, "../../dist/lib/failpoint.js")).href;
const program = `import { failpoint } from ${JSON.stringify(built)}; failpoint("here"); console.log("passed"); process.exit(0);`;

const stateOf = (pid: number): string | undefined => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];

describe("a failpoint", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "malipo-failpoint-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (): { readonly child: ChildProcess; readonly ended: Promise<unknown[]>; readonly output: () => string } => {
    const env = { ...process.env, FAILPOINT_DIR: folder };
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return { child, ended: once(child, "close"), output: () => output };
  };

  it("is passed when nothing arms it", async () => {
    const { ended, output } = run();
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe("passed\n");
  });

  it.each(["", "kill\n"])("kills once by a file that says %j", async (content) => {
    writeFileSync(join(folder, "here"), content);
    const { ended, output } = run();
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(output()).toBe("");
    expect(await run().ended).toEqual([0, null]);
  });

  (process.platform === "linux" ? it : it.skip)("stands still by a file that says stop, and goes on when continued", async () => {
    const file = join(folder, "here");
    writeFileSync(file, "stop\n");
    const { child, ended, output } = run();
    while (existsSync(file) || stateOf(child.pid!) !== "T") await delay(20);
    expect(output()).toBe("");
    child.kill("SIGCONT");
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe("passed\n");
  });
});
