import { RestartBudget, type Patience } from "../supervisor/restart-budget.js";
import type { SupervisorEvents } from "../supervisor/service.js";

export interface Server {
  readonly pid: number | undefined;
  readonly exited?: Promise<string>;
  stop(): Promise<void>;
}

/** A database or a broker that is started again when it dies, like a service, but by a start function of its own. */
export class KeptServer<S extends Server> {
  private readonly abort = new AbortController();
  private readonly budget: RestartBudget;
  private starting: Promise<S> | undefined;
  private current: S | undefined;
  private restart: NodeJS.Timeout | undefined;

  constructor(
    private readonly name: string,
    private readonly launch: (signal: AbortSignal) => Promise<S>,
    private readonly events: SupervisorEvents,
    { firstDelayMs, patience }: { readonly firstDelayMs?: number; readonly patience?: Patience } = {},
  ) {
    this.budget = new RestartBudget(() => performance.now(), firstDelayMs, patience);
  }

  get pid(): number | undefined {
    return this.current?.pid;
  }

  async start(): Promise<S> {
    this.starting = this.launch(this.abort.signal);
    const server = await this.starting;
    this.current = server;
    void server.exited?.then((reason) => this.died(reason));
    return server;
  }

  async stop(): Promise<void> {
    this.abort.abort(new Error(`${this.name}: stopped`));
    clearTimeout(this.restart);
    // A start under way notices the abort and stops what it has begun.
    const server = await this.starting?.catch(() => undefined);
    await server?.stop();
  }

  private died(reason: string): void {
    this.current = undefined;
    if (this.abort.signal.aborted) return;
    const delayMs = this.budget.afterDeath();
    if (delayMs === undefined) {
      this.events.onGivenUp(this.name, `${this.name} keeps dying (last: ${reason})`);
      return;
    }
    this.events.onLine(this.name, `ended with ${reason}; starts again in ${delayMs / 1000} s`);
    this.restart = setTimeout(() => this.again(), delayMs);
  }

  private again(): void {
    this.start().then(
      ({ pid }) => (pid === undefined ? undefined : this.events.onRestarted(this.name, pid)),
      // What keeps it from starting may pass, as what killed it may: a disk that is full, a port not yet free.
      (error: unknown) => this.died(error instanceof Error ? error.message : String(error)),
    );
  }
}
