/** What the supervisor needs to know of a process that it keeps alive. */
export interface ServiceSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Answers 200 once the service can do its job. */
  readonly readyUrl: string;
}

export interface SupervisorEvents {
  /** A line to show on the console. */
  onLine(name: string, line: string): void;
  /** A service died and runs again under another pid. */
  onRestarted(name: string, pid: number): void;
  /** A service died too often; it stays down. */
  onGivenUp(name: string, reason: string): void;
}
