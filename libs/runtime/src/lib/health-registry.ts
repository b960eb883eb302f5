/** Returns why the part cannot do its job now, or undefined when it can. Must answer at once: no I/O of its own. */
export type HealthCheck = () => string | undefined;

export type HealthReport = Readonly<{ ready: boolean; checks: Readonly<Record<string, string>> }>;

/** What `/health/ready` asks: ready only when every part says so, and never again once the service is stopping. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private stopping = false;

  add(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  stop(): void {
    this.stopping = true;
  }

  report(): HealthReport {
    const checks: Record<string, string> = {};
    let ready = !this.stopping;
    for (const [name, check] of this.checks) {
      const problem = check();
      checks[name] = problem ?? "ok";
      if (problem !== undefined) ready = false;
    }
    if (this.stopping) checks["process"] = "stopping";
    return { ready, checks };
  }
}
