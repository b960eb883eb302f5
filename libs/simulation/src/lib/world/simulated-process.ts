import type { Logger, Metrics } from "@malipo/ports";
import { CountingMetrics, SeededRandom, SimulatedClock, SimulatedEventLog, SimulatedScheduler } from "@malipo/event-log/simulated";
import type { Surroundings } from "./surroundings.js";

/** What one boot of a process stands on. All of it is gone with the process. */
export type Ground = Readonly<{
  log: SimulatedEventLog;
  clock: SimulatedClock;
  scheduler: SimulatedScheduler;
  random: SeededRandom;
  logger: Logger;
  metrics: Metrics;
  onFatal: (error: unknown) => void;
}>;

/** A service's classes, built anew at each boot from what outlives it. */
export type Build<Service> = (ground: Ground, name: string) => Readonly<{ service: Service; start: () => Promise<void> }>;

const restartMs = 1_000;

/** One process of a service: boots, dies at any await, and boots again with nothing but what is durable. */
export class SimulatedProcess<Service> {
  /** Undefined while the process is down or still starting. */
  service: Service | undefined;
  scheduler: SimulatedScheduler;
  boots = 0;
  readonly #offMs: number;

  constructor(
    readonly name: string,
    private readonly world: Surroundings,
    private readonly build: Build<Service>,
  ) {
    this.scheduler = new SimulatedScheduler(world.time);
    // Within half of what the platform allows for, so that two processes are never further apart than all of it.
    this.#offMs = world.random.between(-900, 900);
  }

  boot(): void {
    const { broker, time, random } = this.world;
    this.boots += 1;
    const scheduler = new SimulatedScheduler(time);
    this.scheduler = scheduler;
    const logger = this.world.loggerOf(`${this.name}.${this.boots}`);
    const onFatal = (error: unknown): void => {
      if (scheduler.dead) return;
      this.world.fatal(this.name, error);
      this.crash(restartMs);
    };
    const log = new SimulatedEventLog({ broker, scheduler, logger, onFatal });
    const ground: Ground = { log, scheduler, logger, onFatal, clock: new SimulatedClock(time, this.#offMs), random: random.fork(), metrics: new CountingMetrics() };
    const { service, start } = this.build(ground, this.name);
    start().then(
      () => {
        if (!scheduler.dead) this.service = service;
      },
      (error: unknown) => {
        if (scheduler.dead) return;
        // As the launcher does with a process that could not start: again, a little later.
        if ((error as { code?: unknown }).code === "log_truncated") this.world.fatal(this.name, error);
        logger.warn({ error }, "could not start");
        this.crash(restartMs);
      },
    );
  }

  /** Kill -9, and a new boot after a while. */
  crash(downMs: number): void {
    if (this.scheduler.dead) return;
    const { time, broker, sessionMs } = this.world;
    const dead = this.scheduler;
    dead.kill();
    this.service = undefined;
    time.at(time.nowMs + sessionMs, () => broker.expire(dead));
    time.at(time.nowMs + downMs, () => this.boot());
  }

  /** SIGSTOP for a while; the groups may give its partitions away meanwhile, of which it hears when it goes on. */
  pause(forMs: number): void {
    const { time, broker, sessionMs } = this.world;
    this.scheduler.pause(forMs);
    if (forMs > sessionMs) time.at(time.nowMs + sessionMs, () => broker.shuffle());
  }
}
