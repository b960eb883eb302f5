import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { systemClock } from "@malipo/runtime";
import { formatInstant } from "@malipo/kernel";
import { call, expectOk } from "../api.js";
import { CliError, type Command, textOption } from "../command.js";

type Result = {
  statementId: string;
  lines: number;
  newLines: number;
  knownLines: number;
  unreadableLines: number;
  unreadable: { line: number; why: string }[];
  matched: number;
  breaksOpened: number;
  breaksClosed: number;
};

/** A gigabyte over a slow line. */
const uploadMsMax = 3_600_000;

export const statementImport: Command = {
  name: "statement import",
  summary: "import a provider's statement of a day, and match it against the log",
  usage: "malipo statement import --provider P [--date YYYY-MM-DD] [FILE]",
  help: [
    "--provider P     pawapay or daraja",
    "--date D         the provider's day (today, UTC)",
    "FILE             the statement as CSV; without it the sandbox's statement of that day is taken",
  ],
  options: { provider: { type: "string" }, date: { type: "string" } },
  async run(args, platform, io) {
    const provider = textOption(args, "provider");
    if (provider === undefined) throw new CliError("--provider is missing", `Usage: ${statementImport.usage}`);
    const date = textOption(args, "date") ?? formatInstant(systemClock.now()).slice(0, 10);
    const { reconciliationUrl, sandboxUrl, adminToken: bearer } = platform();
    const [file] = args.positionals;
    const csv = file === undefined ? await fromSandbox(sandboxUrl, provider, date) : await fromFile(file);
    const url = `${reconciliationUrl}/admin/v1/statements/${encodeURIComponent(provider)}?date=${encodeURIComponent(date)}`;
    const result = expectOk("reconciliation", await call<Result>("reconciliation", url, { bearer, csv, waitMs: uploadMsMax }));
    if (args.values["json"] === true) {
      io.write(JSON.stringify(result));
      return 0;
    }
    const { lines, newLines, knownLines, unreadableLines, matched, breaksOpened, breaksClosed } = result;
    io.write(`${provider} ${date}: ${lines} lines (${newLines} new, ${knownLines} known, ${unreadableLines} unreadable), ${matched} matched`);
    io.write(`breaks: ${breaksOpened} opened, ${breaksClosed} closed`);
    for (const { line, why } of result.unreadable) io.write(`  line ${line}: ${why}`);
    return 0;
  },
};

const fromFile = async (file: string): Promise<Readable> => {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new CliError(`${file} is not a file that can be read`);
  return createReadStream(file);
};

const fromSandbox = async (sandboxUrl: string, provider: string, date: string): Promise<Readable> => {
  const url = `${sandboxUrl}/_sandbox/statements/${encodeURIComponent(provider)}?date=${encodeURIComponent(date)}`;
  return Readable.from([Buffer.from(expectOk("the sandbox", await call<string>("the sandbox", url)))]);
};
