import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { plantedBugs } from "../controls/planted-bugs.js";
import { readOptions } from "./options.js";

const main = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));
const run = promisify(execFile);
const linesOf = async (...args: string[]): Promise<readonly string[]> => (await run(process.execPath, [main, ...args])).stdout.trim().split("\n");

describe("the options", () => {
  it("are read", () => {
    expect(readOptions(["--seeds", "10", "--workers", "3"])).toMatchObject({ kind: "simulate", from: 1, seeds: 10, workers: 3, options: {} });
    expect(readOptions(["--seed", "5", "--trace", "--only", "crash,lost_tail"])).toMatchObject({
      kind: "replay",
      seed: 5,
      trace: true,
      options: { faults: { only: ["crash", "lost_tail"] } },
    });
    expect(readOptions(["--controls"])).toMatchObject({ kind: "controls", bugs: plantedBugs });
    expect(readOptions(["-h"])).toEqual({ kind: "help" });
  });

  it.each([
    [["--seeds", "many"], /--seeds takes a whole number/],
    [["--workers", "0"], /--workers takes a whole number from 1/],
    [["--only", "earthquake"], /knows no fault "earthquake"/],
    [["--bug", "typo"], /--bug knows bare_acknowledgement/],
    [["--controls", "--seeds", "5"], /--seeds means nothing with --controls/],
    [["--seeds", "5", "--trace"], /--trace means nothing with several seeds/],
    [["--nonsense"], /nonsense/],
  ])("%j are refused", (args, why) => expect(() => readOptions(args)).toThrow(why));
});

describe("a run of seeds", () => {
  it("ends the same way however many threads there are", async () => {
    const [alone, three] = await Promise.all(["1", "3"].map((workers) => linesOf("--seeds", "8", "--workers", workers)));
    const hashOf = (lines: readonly string[]): string => lines.find((line) => line.startsWith("hash of all seeds"))!;
    expect(hashOf(three!)).toBe(hashOf(alone!));
    expect(three!.at(-1)).toBe("simulate: 8 seeds, 0 violations");
  }, 60_000);

  it("tells of a violation, its history, and the command that replays it to the same hash", async () => {
    const failed = (await run(process.execPath, [main, "--seeds", "50", "--bug", "dedupe_off"]).catch((error: unknown) => error)) as { code: number; stdout: string };
    expect(failed.code).toBe(1);
    const [, hash, command] = /replay to the same hash (\w+): npm run simulate -- (.*) --trace/.exec(failed.stdout)!;
    expect(failed.stdout).toMatch(/the history of the first:\n +\+0\.000 s/);
    const replayed = (await run(process.execPath, [main, ...command!.split(" ")]).catch((error: unknown) => error)) as { stdout: string };
    expect(replayed.stdout).toContain(`hash ${hash!},`);
  }, 60_000);
});
