import type { ChainTail } from "@malipo/event-log";
import type { Logger, Metrics } from "@malipo/ports";
import { CountingMetrics, type SeededRandom, SimulatedClock, SimulatedEventLog, SimulatedScheduler } from "@malipo/event-log/simulated";
import type { Surroundings } from "../surroundings.js";

/** What one boot of a process stands on. All of it is gone with the process. */
export type Ground = Readonly<{
  name: string;
  log: SimulatedEventLog;
  clock: SimulatedClock;
  scheduler: SimulatedScheduler;
  random: SeededRandom;
  logger: Logger;
  metrics: Metrics;
  onFatal: (error: unknown) => void;
}>;

/** A service's classes, built anew at each boot from what outlives it. */
export type Build<Service> = (ground: Ground) => Readonly<{
  service: Service;
  /** The process's reading of the truth, if it has one. */
  tail?: ChainTail;
  start: () => Promise<void>;
}>;

/** Longer than this without a sign of life, and a group gives a member's partitions to others. */
export const sessionMs = 3_000;
const restartMs = 1_000;
/** Within half of what the platform allows for, so that two honest clocks are never further apart than all of it. */
const clockOffMsMax = 900;

/** One process of a service: boots, dies at any await, and boots again with nothing but what is durable. */
export class SimulatedProcess<Service> {
  /** Undefined while the process is down or still starting. */
  service: Service | undefined;
  tail: ChainTail | undefined;
  boots = 0;
  /** The machine's wall clock, which a restart does not mend. */
  readonly clock: SimulatedClock;
  readonly #luck: SeededRandom;
  #scheduler: SimulatedScheduler;
  #isHeldDown = false;

  constructor(
    readonly name: string,
    private readonly world: Surroundings,
    private readonly build: Build<Service>,
  ) {
    this.#luck = world.luckOf(`process/${name}`);
    this.clock = new SimulatedClock(world.time, this.#luck.between(-clockOffMsMax, clockOffMsMax));
    this.#scheduler = new SimulatedScheduler(world.time);
    this.#scheduler.kill();
  }

  get isRunning(): boolean {
    return !this.#scheduler.dead;
  }

  boot(): void {
    if (this.isRunning || !this.world.mayBoot()) return;
    this.#isHeldDown = false;
    const { broker, time } = this.world;
    this.boots += 1;
    const scheduler = new SimulatedScheduler(time);
    this.#scheduler = scheduler;
    const logger = this.world.loggerOf(`${this.name}.${this.boots}`);
    const onFatal = (error: unknown): void => {
      if (!scheduler.dead) this.#giveUp(error);
    };
    const log = new SimulatedEventLog({ broker, scheduler, logger, onFatal });
    const ground = { name: this.name, log, scheduler, logger, onFatal, clock: this.clock, random: this.#luck.fork(), metrics: new CountingMetrics() };
    const { service, tail, start } = this.build(ground);
    this.tail = tail;
    start().then(
      () => {
        if (!scheduler.dead) this.service = service;
      },
      (error: unknown) => {
        if (scheduler.dead) return;
        logger.warn({ error }, "could not start");
        if ((error as { code?: unknown }).code === "log_truncated") this.#giveUp(error);
        else this.crash(restartMs); // as the launcher does: again, a little later
      },
    );
  }

  /** Kill -9, and a new boot after a while. */
  crash(downMs: number): void {
    if (!this.isRunning) return;
    this.#die();
    const { time } = this.world;
    time.at(time.nowMs + downMs, () => {
      if (!this.#isHeldDown) this.boot();
    });
  }

  /** Kill -9, until somebody boots it. */
  holdDown(): void {
    this.#isHeldDown = true;
    if (this.isRunning) this.#die();
  }

  /** SIGSTOP for a while; the groups may give its partitions away meanwhile, of which it hears when it goes on. */
  pause(forMs: number): void {
    const { time, broker } = this.world;
    this.#scheduler.pause(forMs);
    if (forMs > sessionMs) time.at(time.nowMs + sessionMs, () => broker.shuffle());
  }

  /** A process that gives up says so and ends. One that found its log cut is not started again before somebody has looked. */
  #giveUp(error: unknown): void {
    this.world.fatal(this.name, error);
    if ((error as { code?: unknown }).code === "log_truncated") this.holdDown();
    else this.crash(restartMs);
  }

  #die(): void {
    const { time, broker } = this.world;
    const dead = this.#scheduler;
    dead.kill();
    this.service = undefined;
    this.tail = undefined;
    time.at(time.nowMs + sessionMs, () => broker.expire(dead));
  }
}
