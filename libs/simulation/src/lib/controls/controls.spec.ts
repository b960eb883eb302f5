import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { firstRed, plantedBugs } from "@malipo/simulation";
import { patched, pathOfModule } from "./patched-modules.js";

/** Caught within a few seeds; `npm run simulate -- --controls` plants them all. */
const quick = ["caller_check_off", "header_after_digest", "dedupe_off", "late_success_flips", "callbacks_as_they_arrive"];

describe("the planted bugs", () => {
  it.each(plantedBugs.map((bug) => [bug.name, bug] as const))("%s is a change of the product as it is built now", (name, { patches }) => {
    for (const [module, changes] of Map.groupBy(patches, (patch) => patch.module)) {
      const built = readFileSync(pathOfModule(module), "utf8");
      expect(changes.reduce((text, patch) => patched(text, patch, name), built)).not.toBe(built);
    }
  });

  it("have names of their own", () => expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length));

  it.each(quick)(
    "%s turns a judge red",
    async (name) => {
      const caught = await firstRed(plantedBugs.find((bug) => bug.name === name)!);
      expect(caught.violation).toBeDefined();
    },
    120_000,
  );

  it("are not caught when their text is no longer there", async () => {
    const [bug] = plantedBugs;
    const gone = { ...bug!, patches: [{ ...bug!.patches[0]!, find: "nobody has written this" }] };
    expect((await firstRed(gone)).why).toMatch(/holds the text to replace 0 times/);
  });
});
