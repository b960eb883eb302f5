import { controls } from "./lib/controls/run-controls.js";
import { help } from "./lib/seeds/help.js";
import { type Options, UsageError, readOptions } from "./lib/seeds/options.js";
import { replay, simulate } from "./lib/seeds/simulate.js";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const run = (options: Options): Promise<boolean> => {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stopped.abort();
      process.exit(130);
    });
  }
  switch (options.kind) {
    case "help":
      say(help());
      return Promise.resolve(true);
    case "controls":
      return controls(options.bugs, options.workers, say);
    case "replay":
      return replay(options, say);
    case "simulate":
      return simulate(options, say, stopped.signal);
  }
};

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  process.stderr.write(`${error instanceof UsageError ? `${error.message}\nnpm run simulate -- --help says what there is` : String((error as Error).stack)}\n`);
}
