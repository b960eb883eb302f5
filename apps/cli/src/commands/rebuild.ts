import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError, type Command } from "../command.js";

/** The rebuild is an entry of its own, composed without a producer or an HTTP client: it cannot act on the outside. */
const entry = ["apps", "payment-intake", "dist", "project-payments", "rebuild.main.js"];

export const rebuild: Command = {
  name: "rebuild",
  summary: "build the payments' tables anew from the log, and compare them with those that were there",
  usage: "malipo rebuild",
  help: [],
  options: {},
  async run(args, platform) {
    const { root, kafkaBrokers, databaseUrl } = platform();
    const main = join(root, ...entry);
    if (!existsSync(main)) throw new CliError("the rebuild is not built", "Run `npm run build` first.");
    const env = { ...process.env, KAFKA_BROKERS: kafkaBrokers.join(","), DATABASE_URL: databaseUrl };
    const flags = args.values["json"] === true ? ["--json"] : [];
    const child = spawn(process.execPath, ["--enable-source-maps", main, ...flags], { stdio: "inherit", cwd: root, env });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  },
};
