import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const here = new URL(".", import.meta.url);
const files = readdirSync(here).filter((file) => file.endsWith(".ts") && !file.endsWith(".spec.ts"));

/** Whatever a file takes from elsewhere, with or without a name, now or later. */
const importsOf = (source: string): readonly string[] => [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].map(([, from]) => from!);

describe("the judges", () => {
  it.each(files)("share no code with what they judge: %s", (file) => {
    const foreign = importsOf(readFileSync(new URL(file, here), "utf8")).filter((from) => !/^(node:[a-z/]+|\.\/[a-z-]+\.js)$/.test(from));
    expect(foreign).toEqual([]);
  });

  it("would be seen to", () => {
    expect(importsOf('import { a } from "@malipo/kernel";\nexport * from "../world/x.js";\nawait import("@malipo/x");\nimport "y";')).toEqual(["@malipo/kernel", "../world/x.js", "@malipo/x", "y"]);
  });
});
