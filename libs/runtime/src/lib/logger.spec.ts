import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const logged = (fields: string): string => {
  const dist = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  const script = `import(${JSON.stringify(dist)}).then(({ createLogger }) => createLogger("s", "i", "info").info(${fields}, "told"))`;
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout;
};

describe("the log", () => {
  it("keeps secrets and personal data out, also when they are nested", () => {
    const fields = { walletID: "243812345789", request: { otp: "553311", deep: { client_secret: "hush" } }, tries: [{ pin: "9911" }], reference: "order-1" };
    const line = logged(JSON.stringify(fields));
    expect(line).toContain("order-1");
    expect(line).not.toMatch(/243812345789|553311|hush|9911/);
  });

  it("tells of an error and its causes only what they are, not what hangs on them", () => {
    const line = logged(
      '{ error: Object.assign(new Error("no answer", { cause: Object.assign(new TypeError("reset"), { code: "ECONNRESET" }) }), { body: "hush", detail: "hush", client: { secretKey: "hush" } }) }',
    );
    const { error } = JSON.parse(line) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: "Error", message: "no answer", cause: { type: "TypeError", message: "reset", code: "ECONNRESET" } });
    expect(Object.keys(error).sort()).toEqual(["cause", "message", "stack", "type"]);
    expect(line).not.toContain("hush");
  });

  it("has written every line when the process exits", () => {
    const dist = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
    const script = `import(${JSON.stringify(dist)}).then(({ createLogger }) => { const log = createLogger("s", "i", "info"); for (let at = 0; at < 500; at += 1) log.info({ at }, "told"); process.exit(3); })`;
    const { stdout, status } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(status).toBe(3);
    expect(stdout.trim().split("\n")).toHaveLength(500);
  });
});
