// Writes the JSON schema of every published type under schemas/. Run after a build; the result is committed, and a
// spec compares it with the code.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { publishedSchemas } from "../dist/index.js";

const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(new URL(file, folder));
for (const [type, schema] of publishedSchemas) writeFileSync(new URL(`${type}.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
