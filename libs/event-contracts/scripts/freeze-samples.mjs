// Freezes one sample of every published type that has none yet, and adds its SHA-256 to samples/frozen.json. A frozen
// sample is never written again: it stands for records that are in the log for ever.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { publishedSchemas } from "../dist/index.js";
import { makeMerchantSamples } from "./merchant-samples.mjs";
import { makeSamples } from "./samples.mjs";

const folder = new URL("../samples/", import.meta.url);
mkdirSync(folder, { recursive: true });
const list = new URL("frozen.json", folder);
const frozen = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : {};
const samples = new Map([...makeSamples(), ...makeMerchantSamples()]);
for (const type of publishedSchemas.keys()) {
  if (frozen[type] !== undefined) continue;
  const sample = samples.get(type);
  if (sample === undefined) throw new Error(`samples.mjs makes no sample of ${type}`);
  const bytes = `${JSON.stringify(sample, null, 2)}\n`;
  writeFileSync(new URL(`${type}.json`, folder), bytes);
  frozen[type] = createHash("sha256").update(bytes).digest("hex");
}
const sorted = Object.fromEntries(Object.entries(frozen).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(list, `${JSON.stringify(sorted, null, 2)}\n`);
