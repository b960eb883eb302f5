import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const logged = (fields: object): string => {
  const dist = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  const script = `import(${JSON.stringify(dist)}).then(({ createLogger }) => createLogger("s", "i", "info").info(${JSON.stringify(fields)}, "told"))`;
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout;
};

describe("the log", () => {
  it("keeps secrets and personal data out, also when they are nested", () => {
    const line = logged({ walletID: "243812345789", request: { otp: "553311", deep: { client_secret: "hush" } }, reference: "order-1" });
    expect(line).toContain("order-1");
    expect(line).not.toMatch(/243812345789|553311|hush/);
  });
});
