import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { mountSmallDisks, unmountSmallDisks } from "./small-disks.js";

describe("the small disks of a trial", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "malipo-disks-"));
  });
  afterEach(async () => {
    await unmountSmallDisks(home);
    rmSync(home, { recursive: true });
  });

  it("can be filled and keep what is on them, or say why there are none", async () => {
    const { disks, problem } = await mountSmallDisks(home);
    if (problem !== undefined) {
      expect(problem).not.toBe(""); // this machine does not allow it
      return;
    }
    const kept = join(disks.kafka!, "kept");
    writeFileSync(kept, "what was there");
    expect(() => execFileSync("fallocate", ["-l", "2G", join(disks.kafka!, "filler")], { stdio: "ignore" })).toThrow();
    expect((await mountSmallDisks(home)).disks).toEqual(disks);
    await unmountSmallDisks(home);
    expect(existsSync(kept)).toBe(false);
    await mountSmallDisks(home);
    expect(readFileSync(kept, "utf8")).toBe("what was there");
  });
});
