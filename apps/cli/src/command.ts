import type { ParseArgsConfig } from "node:util";
import type { Platform } from "./platform.js";

type Options = NonNullable<ParseArgsConfig["options"]>;

export type Arguments = Readonly<{ values: Readonly<Record<string, string | boolean | undefined>>; positionals: readonly string[] }>;

export type Io = Readonly<{ write(line: string): void; note(line: string): void }>;

export type Command = Readonly<{
  /** One or two words. */
  name: string;
  summary: string;
  usage: string;
  /** Option lines of the help text. */
  help: readonly string[];
  options: Options;
  /** Resolves with the exit code. */
  run(args: Arguments, platform: () => Platform, io: Io): Promise<number>;
}>;

/** Something the person at the keyboard can do something about: what is wrong, and what to do. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly advice?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "CliError";
  }
}

export const textOption = ({ values }: Arguments, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
