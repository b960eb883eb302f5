import { toHeaders } from "@malipo/event-contracts";
import { type Instant, later } from "@malipo/kernel";
import type { Clock, EventLog, Logger, Random, Scheduler } from "@malipo/ports";
import { ClockOffError, defaults } from "./decider-config.js";

type ClockGuardPorts = Readonly<{ log: EventLog; clock: Clock; scheduler: Scheduler; random: Random; logger: Logger; clockSkewMaxMs?: number }>;

const probesTopic = "clock.probes.v1";
const askAgainMs = 1_000;
const tellAgainMs = 30_000;

/**
 * Keeps a decider to the broker's time. A time recorded once in the future holds its whole partition there, since time in a
 * partition never goes back; so a clock that is off must be noticed before anything is recorded by it. What each append
 * tells comes too late for that. Before the first one the broker is asked for its time, and from then on wall and monotonic
 * time go on together: where they part, one of them was set.
 */
export class ClockGuard {
  readonly #skewMaxMs: number;
  #wall: Instant;
  #monotonicMs: number;

  constructor(private readonly ports: ClockGuardPorts) {
    const { clock } = ports;
    this.#skewMaxMs = ports.clockSkewMaxMs ?? defaults.clockSkewMaxMs;
    this.#wall = clock.now();
    this.#monotonicMs = clock.monotonicMs();
  }

  /** Settles once the broker agrees with our clock, however long that takes. Rejects when the signal fires. */
  async agreed(source: string, signal?: AbortSignal): Promise<void> {
    const { clock, logger, scheduler } = this.ports;
    for (let toldMs = -tellAgainMs; ; ) {
      const offMs = await this.#ask(source);
      if (offMs !== undefined && Math.abs(offMs) <= this.#skewMaxMs) return this.#isRight();
      if (offMs !== undefined && clock.monotonicMs() - toldMs >= tellAgainMs) {
        toldMs = clock.monotonicMs();
        logger.error({ offMs: Math.round(offMs) }, "the clock is off the broker's: nothing is done here until it is set right");
      }
      await scheduler.sleep(askAgainMs, signal);
    }
  }

  /** Whether the clock was stepped since it was last known to be right. */
  stepped(): ClockOffError | undefined {
    const { clock } = this.ports;
    const offMs = clock.now() - this.#wall - (clock.monotonicMs() - this.#monotonicMs);
    return Math.abs(offMs) > this.#skewMaxMs ? new ClockOffError(offMs) : undefined;
  }

  /** What the broker's time of an append says, which left here at `sentAt`; the clock is known to be right where it says nothing. */
  compared(sentAt: Instant, appendedAtMs: number): ClockOffError | undefined {
    const offMs = this.#off(sentAt, appendedAtMs);
    if (Math.abs(offMs) > this.#skewMaxMs) return new ClockOffError(offMs);
    // Stepped while the append was out, it would pass for one that took its time.
    const stepped = this.stepped();
    if (stepped !== undefined) return stepped;
    this.#isRight();
    return undefined;
  }

  /** How far the clock is ahead of the broker's; undefined when that could not be learned. */
  async #ask(source: string): Promise<number | undefined> {
    const { clock, log, random } = this.ports;
    const sentAt = clock.now();
    const id = random.uuid();
    const headers = toHeaders({ id, source, type: "platform.clock.probe.v1", time: sentAt, subject: id });
    const outcome = (await log.append(probesTopic, new Map([[0, [{ key: source, value: new Uint8Array(), headers }]]]))).get(0);
    if (outcome?.kind !== "appended") return undefined;
    return outcome.appendedAtMs === undefined ? 0 : this.#off(sentAt, outcome.appendedAtMs);
  }

  /** The least that explains an append between `sentAt` and now. */
  #off(sentAt: Instant, appendedAtMs: number): number {
    const now = later(this.ports.clock.now(), sentAt);
    if (appendedAtMs < sentAt) return sentAt - appendedAtMs;
    return appendedAtMs > now ? now - appendedAtMs : 0;
  }

  #isRight(): void {
    this.#wall = this.ports.clock.now();
    this.#monotonicMs = this.ports.clock.monotonicMs();
  }
}
