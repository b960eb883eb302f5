import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const entry = fileURLToPath(new URL("./rebuild.main.ts", import.meta.url));

/** Names imported from each package by a file and everything of this app that it imports. */
const importsOf = (file: string, seen = new Set<string>(), names = new Map<string, Set<string>>()): Map<string, Set<string>> => {
  if (seen.has(file)) return names;
  seen.add(file);
  for (const [, clause, from] of readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type)([^;]*?) from "([^"]+)";/gms)) {
    if (from!.startsWith(".")) {
      const next = resolve(dirname(file), from!.replace(/\.js$/, ".ts"));
      expect(existsSync(next)).toBe(true);
      importsOf(next, seen, names);
      continue;
    }
    const known = names.get(from!) ?? new Set();
    const values = clause!.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "));
    for (const name of values) known.add(name.split(" as ")[0]!);
    names.set(from!, known);
  }
  return names;
};

describe("the rebuild", () => {
  const imports = importsOf(entry);

  it("is composed of readers and tables alone: it can neither write to the log nor call anybody", () => {
    expect(Object.fromEntries([...imports].map(([name, names]) => [name, [...names].sort()]))).toEqual({
      "@malipo/event-contracts": ["fromJsonBytes", "paymentEventCodec"],
      "@malipo/event-log": ["ChainReader", "KafkaLogReader", "genesisPosition"],
      "@malipo/kernel": ["partitionOf"],
      "@malipo/projections": [
        "ChangeSet", "PgPaymentsDatabase", "accountOfRow", "createPool", "createRebuildTables", "digestTables", "migrate", "parkEvent", "projectEvent", "rebuildSchema", "swapRebuiltTables",
      ],
      "@malipo/runtime": ["createLogger", "required", "systemClock", "systemRandom", "systemScheduler"],
      pg: ["pg"],
    });
  });

  it("folds with no clock and no random source of its own", () => {
    const fold = importsOf(resolve(dirname(entry), "rebuild.ts"));
    expect([...fold.keys()].sort()).toEqual(["@malipo/event-contracts", "@malipo/event-log", "@malipo/kernel", "@malipo/projections"]);
  });
});
