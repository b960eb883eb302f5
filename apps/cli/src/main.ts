import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CliError, type Command, type Io } from "./command.js";
import { breaks } from "./commands/breaks.js";
import { pay } from "./commands/pay.js";
import { rebuild } from "./commands/rebuild.js";
import { statementImport } from "./commands/statement-import.js";
import { timeline } from "./commands/timeline.js";
import { verify } from "./commands/verify.js";
import { Platform } from "./platform.js";

const commands: readonly Command[] = [pay, timeline, verify, rebuild, statementImport, breaks];
const common = ["--json           print JSON for programs", "--help           print this"];

const io: Io = {
  write: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
};

const overview = (): string =>
  ["malipo: the operators' command line", "", ...commands.map(({ name, summary }) => `  malipo ${name.padEnd(17)} ${summary}`), "", "malipo COMMAND --help tells its options."].join("\n");

const helpOf = ({ usage, summary, help }: Command): string => [usage, "", `  ${summary}`, "", ...[...help, ...common].map((line) => `  ${line}`)].join("\n");

/** The command that the words begin with, and the words after it. */
const find = (words: readonly string[]): { command: Command; rest: readonly string[] } | undefined => {
  for (const command of commands) {
    const name = command.name.split(" ");
    if (name.every((word, index) => words[index] === word)) return { command, rest: words.slice(name.length) };
  }
  return undefined;
};

const parse = (command: Command, rest: readonly string[]) => {
  try {
    const options = { ...command.options, json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
    return parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new CliError((cause as Error).message, `Usage: ${command.usage}`, { cause });
  }
};

const run = async (words: readonly string[]): Promise<number> => {
  if (words.length === 0 || words[0] === "--help" || words[0] === "-h" || words[0] === "help") {
    io.write(overview());
    return 0;
  }
  const found = find(words);
  if (found === undefined) throw new CliError(`there is no command "${words.slice(0, 2).join(" ")}"`, "malipo --help lists the commands.");
  const { values, positionals } = parse(found.command, found.rest);
  if (values["help"] === true) {
    io.write(helpOf(found.command));
    return 0;
  }
  const root = process.env["MALIPO_ROOT"] ?? fileURLToPath(new URL("../../..", import.meta.url));
  return found.command.run({ values: values as Record<string, string | boolean | undefined>, positionals }, () => new Platform(process.env, root), io);
};

// The reader of a pipe, such as `head`, may have seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  io.note(`malipo: ${error.message}`);
  if (error.advice !== undefined) io.note(error.advice);
  process.exitCode = 1;
}
