import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { removePidFile, writePidFile } from "../processes/pid-file.js";
import { identify, type ProcessIdentity } from "../processes/process-identity.js";
import { stopProcess } from "../processes/stop-process.js";
import { LogFile } from "./log-file.js";
import { renderLogLine } from "./render-log.js";
import { RestartBudget, type Patience } from "./restart-budget.js";
import type { ServiceSpec, SupervisorEvents } from "./service.js";

export interface SupervisedServiceOptions {
  readonly pidDir: string;
  readonly logDir: string;
  readonly events: SupervisorEvents;
  readonly nowMs?: () => number;
  /** Before the first restart; it doubles from there. */
  readonly firstDelayMs?: number;
  readonly patience?: Patience;
}

/** One process: started, logged, started again when it dies, stopped. */
export class SupervisedService {
  private identity: ProcessIdentity | undefined;
  private restart: NodeJS.Timeout | undefined;
  private stopping = false;
  private givenUp: string | undefined;
  private readonly log: LogFile;
  private readonly budget: RestartBudget;
  private readonly pidFile: string;

  constructor(
    readonly spec: ServiceSpec,
    private readonly options: SupervisedServiceOptions,
  ) {
    this.log = new LogFile(join(options.logDir, `${spec.name}.log`));
    this.budget = new RestartBudget(options.nowMs ?? (() => performance.now()), options.firstDelayMs, options.patience);
    this.pidFile = join(options.pidDir, `${spec.name}.pid`);
  }

  get pid(): number | undefined {
    return this.identity?.pid;
  }

  /** Why it stays down, once it does. */
  get reasonDown(): string | undefined {
    return this.givenUp;
  }

  start(): void {
    const { command, args, cwd, env, name } = this.spec;
    this.log.write(`--- ${name} starts ${new Date().toISOString()}`);
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.read(child.stdout);
    this.read(child.stderr);
    child.once("error", (error) => this.died(`cannot start: ${error.message}`));
    child.once("spawn", () => this.started(child));
    // `close` comes after the last line of output, so that the reason of a death stands before its report.
    child.once("close", (code, signal) => {
      if (child.pid !== undefined) this.died(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const { identity } = this;
    const killMs = 1_000;
    const steps = [
      { signal: "SIGTERM", waitMs: graceMs },
      { signal: "SIGKILL", waitMs: killMs },
    ] as const;
    if (identity !== undefined && !(await stopProcess(identity, steps))) {
      throw new Error(`${this.spec.name} (pid ${identity.pid}) cannot be stopped`);
    }
    removePidFile(this.pidFile);
  }

  private started(child: ChildProcess): void {
    const pid = child.pid!;
    this.identity = identify(pid);
    writePidFile(this.pidFile, pid);
  }

  private read(output: Readable): void {
    createInterface({ input: output }).on("line", (line) => {
      this.log.write(line);
      const rendered = renderLogLine(line);
      if (rendered !== undefined) this.options.events.onLine(this.spec.name, rendered);
    });
  }

  private died(reason: string): void {
    this.identity = undefined;
    removePidFile(this.pidFile);
    this.log.write(`--- ${this.spec.name} ended: ${reason}`);
    if (this.stopping) return;
    const { events } = this.options;
    const delayMs = this.budget.afterDeath();
    if (delayMs === undefined) {
      this.givenUp = `${this.spec.name} keeps dying (last: ${reason}); its log is ${this.log.path}`;
      events.onGivenUp(this.spec.name, this.givenUp);
      return;
    }
    events.onLine(this.spec.name, `ended with ${reason}; starts again in ${delayMs / 1000} s`);
    this.restart = setTimeout(() => this.again(), delayMs);
  }

  private again(): void {
    this.start();
    // The pid is known as soon as spawn returns or fails; `spawn` fires on the next turn.
    setImmediate(() => {
      if (this.pid !== undefined) this.options.events.onRestarted(this.spec.name, this.pid);
    });
  }
}
