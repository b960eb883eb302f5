import { readdirSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { stopLeftover } from "../processes/pid-file.js";
import { gracefulSteps } from "../processes/stop-process.js";
import { waitUntil } from "../processes/wait-until.js";
import { SupervisedService, type SupervisedServiceOptions } from "./supervised-service.js";
import type { ServiceSpec } from "./service.js";

export const answers200 = async (url: string): Promise<boolean> => {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // not listening yet
  }
};

/** Keeps a set of services running until told to stop, and stops them last first. */
export class Supervisor {
  private readonly services: SupervisedService[] = [];

  constructor(private readonly options: SupervisedServiceOptions) {}

  /** Ends what a launcher that was killed left running. Answers their names. */
  async stopLeftovers(): Promise<readonly string[]> {
    const found = await Promise.all(
      pidFiles(this.options.pidDir).map(async (file) =>
        (await stopLeftover(join(this.options.pidDir, file), gracefulSteps(3_000))) === undefined ? [] : [file.slice(0, -".pid".length)],
      ),
    );
    return found.flat();
  }

  start(spec: ServiceSpec): void {
    const service = new SupervisedService(spec, this.options);
    this.services.push(service);
    service.start();
  }

  /** Settles when the service answers that it is ready; rejects when it keeps dying or takes too long. */
  async ready(name: string, timeoutMs: number): Promise<void> {
    const service = this.services.find(({ spec }) => spec.name === name);
    if (service === undefined) throw new Error(`${name} was not started`);
    await waitUntil(
      async () => {
        if (service.reasonDown !== undefined) throw new Error(service.reasonDown);
        return (await answers200(service.spec.readyUrl)) ? true : undefined;
      },
      { timeoutMs, everyMs: 100, what: `${name} is ready (${service.spec.readyUrl})` },
    );
  }

  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.services.flatMap(({ spec, pid }) => (pid === undefined ? [] : [[spec.name, pid]])));
  }

  /**
   * Last started, first stopped: whoever takes requests goes before whoever serves them. One that does not listen may
   * use up half of the time that is left, never that of all the others.
   */
  async stop(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    const failures: unknown[] = [];
    for (const service of this.services.toReversed()) {
      const graceMs = Math.max(200, (end - performance.now()) / 2);
      await service.stop(graceMs).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  }
}

const pidFiles = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".pid"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};
