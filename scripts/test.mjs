// npm test: everything that must be green before a change lands. The last line says how it went.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build, compiler, ensureInstalled, projectNode, root, runStep, say } from "./lib/prepare.mjs";

const jestFlags = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"];
const seeds = "1000";

await ensureInstalled();
await build();

const node = projectNode();
const env = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env["PATH"]}` };
const results = mkdtempSync(join(tmpdir(), "malipo-results-"));
process.on("exit", () => rmSync(results, { recursive: true, force: true }));
const total = { passed: 0, failed: 0 };
const causes = [];

const check = async (what, command, args) => {
  const ok = (await runStep(what, command, args, env)) === 0;
  total[ok ? "passed" : "failed"] += 1;
  if (!ok) causes.push(what);
};

/** The names of what failed, out of jest's own report. */
const causesIn = (report) =>
  report.testResults.flatMap((file) => {
    const name = file.name.replace(root, "");
    const failed = file.assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => `${name}: ${fullName}`);
    return failed.length === 0 && file.status === "failed" ? [`${name}: ${file.message.split("\n")[0]}`] : failed;
  });

const jest = async (what, args) => {
  const outputFile = join(results, `${what}.json`);
  const status = await runStep(`${what} specs`, node, [...jestFlags, "--json", `--outputFile=${outputFile}`, "--passWithNoTests", ...args], env);
  if (!existsSync(outputFile)) {
    total.failed += 1;
    causes.push(`${what} specs: jest wrote no report`);
    return;
  }
  const report = JSON.parse(readFileSync(outputFile, "utf8"));
  total.passed += report.numPassedTests;
  // A file that cannot even be loaded has no tests of its own to count.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  total.failed += failed;
  causes.push(...causesIn(report));
  if (status !== 0 && failed === 0) {
    total.failed += 1;
    causes.push(`${what} specs: jest ended with ${status}`);
  }
};

await check("lint", node, ["node_modules/nx/dist/bin/nx.js", "run-many", "-t", "lint"]);
await check("types of the specs", node, [compiler, "-p", "tsconfig.spec.json"]);
await jest("unit and integration", ["--selectProjects", "unit", "int"]);
await jest("end-to-end", ["--selectProjects", "e2e", "--runInBand"]);
await check("faults on the started platform, a few of them", node, ["scripts/faults.mjs"]);
await check(`simulation of ${seeds} seeds`, node, ["scripts/simulate.mjs", "--seeds", seeds]);

say("all checks have run");
if (total.failed > 0) {
  console.error(`\nfailed:\n${causes.map((cause) => `  ${cause}`).join("\n")}`);
  process.exitCode = 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
