import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";

const root = join(import.meta.dirname, "../../../..");

type Planted = Readonly<{ file: string; code: string }>;
type Found = readonly Readonly<{ rule: string | null; message: string }>[];

const planted: Record<string, Planted> = {
  "an infra package in the domain": { file: "libs/payment-lifecycle/src/lib/planted.ts", code: 'import "@malipo/runtime";' },
  "Nest in the domain": { file: "libs/kernel/src/lib/planted.ts", code: 'import "@nestjs/common";' },
  "TypeORM in the domain": { file: "libs/kernel/src/lib/planted.ts", code: 'import "typeorm";' },
  "Kafka in the domain": { file: "libs/payment-lifecycle/src/lib/planted.ts", code: 'import "kafkajs";' },
  "a Node package in the domain": { file: "libs/payment-lifecycle/src/lib/planted.ts", code: 'import "node:crypto";' },
  "an app in a library": { file: "libs/runtime/src/lib/planted.ts", code: 'import "@malipo/provider-sandbox";' },
  "a library of a port's in a util": { file: "libs/security/src/lib/planted.ts", code: 'import "@malipo/ports";' },
  "a bare clock": { file: "libs/event-log/src/lib/planted.ts", code: "export const at = Date.now();" },
  "a bare date": { file: "libs/event-log/src/lib/planted.ts", code: "export const at = new Date();" },
  "a bare timer": { file: "apps/provider-router/src/planted.ts", code: "setTimeout(() => undefined, 1);" },
  "bare randomness": { file: "apps/provider-router/src/planted.ts", code: "export const drawn = Math.random();" },
  "a bare id": { file: "apps/provider-router/src/planted.ts", code: "export const id = crypto.randomUUID();" },
  "a bare fetch": { file: "apps/callback-dispatcher/src/planted.ts", code: 'export const page = fetch("http://example.com");' },
};

const expectedRule = (name: string): string => {
  if (name.startsWith("a bare") || name.startsWith("bare")) return "no-restricted-syntax";
  return / in the domain$/.test(name) && !name.includes("infra") ? "no-restricted-imports" : "@nx/enforce-module-boundaries";
};

/** ESLint runs in a process of its own: it is CommonJS with native parts, and reads nx's cached project graph. */
const linter = `
  import { ESLint } from "eslint";
  const eslint = new ESLint({ cwd: process.cwd() });
  const planted = JSON.parse(process.argv[1]);
  const found = {};
  for (const [name, { file, code }] of Object.entries(planted)) {
    const [result] = await eslint.lintText(code, { filePath: file });
    found[name] = result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message }));
  }
  console.log(JSON.stringify(found));
`;

describe("the lint rules", () => {
  let found: Record<string, Found>;

  beforeAll(() => {
    const env = { ...process.env, NX_DAEMON: "false" };
    // Without a cached graph the boundary rule is skipped with no more than a warning.
    execFileSync("npx", ["nx", "show", "projects"], { cwd: root, env });
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", linter, JSON.stringify(planted)], { cwd: root, env });
    found = JSON.parse(output.toString()) as Record<string, Found>;
  }, 60_000);

  it.each(Object.keys(planted))("report %s", (name) => {
    expect(found[name]).toContainEqual(expect.objectContaining({ rule: expectedRule(name) }));
  });

  it("leave a domain file alone that imports the domain", async () => {
    const code = 'import { PARTITION_COUNT } from "@malipo/kernel";\nexport const count = PARTITION_COUNT;';
    const clean = { clean: { file: "libs/payment-lifecycle/src/lib/planted.ts", code } };
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", linter, JSON.stringify(clean)], { cwd: root });
    expect(JSON.parse(output.toString())).toEqual({ clean: [] });
  });
});
