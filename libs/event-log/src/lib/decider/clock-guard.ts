import { toHeaders } from "@malipo/event-contracts";
import { type Instant, later, plus } from "@malipo/kernel";
import type { Clock, EventLog, Logger, Random, Scheduler } from "@malipo/ports";
import { ClockOffError, defaults } from "./decider-config.js";

type ClockGuardPorts = Readonly<{ log: EventLog; clock: Clock; scheduler: Scheduler; random: Random; logger: Logger; clockSkewMaxMs?: number }>;

type Answer = Readonly<{ sentAt: Instant; sentMs: number; offMs: number; tookMs: number }>;

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
    const beganMs = clock.monotonicMs();
    for (let toldMs = beganMs - tellAgainMs; ; ) {
      const answer = await this.#ask(source);
      if (answer !== undefined && Math.abs(answer.offMs) + answer.tookMs <= this.#skewMaxMs) return this.#wasRight(answer.sentAt, answer.sentMs);
      const nowMs = clock.monotonicMs();
      const isOff = answer !== undefined && Math.abs(answer.offMs) > this.#skewMaxMs;
      // That the broker is slow, or away, is news only when it lasts.
      if (nowMs - toldMs >= tellAgainMs && (isOff || nowMs - beganMs >= tellAgainMs)) {
        toldMs = nowMs;
        if (isOff) logger.error({ offMs: answer.offMs }, "the clock is off the broker's: nothing is done here until it is set right");
        else logger.warn({}, "the broker does not tell its time soon enough: nothing is done here until it does");
      }
      await scheduler.sleep(askAgainMs, signal);
    }
  }

  /** The time as it goes on from when the clock was last known to be right, whatever it was set to since. */
  now(): Instant {
    return plus(this.#wall, Math.round(this.ports.clock.monotonicMs() - this.#monotonicMs));
  }

  /** Whether the clock was stepped since it was last known to be right. */
  stepped(): ClockOffError | undefined {
    const { clock } = this.ports;
    const offMs = clock.now() - this.#wall - (clock.monotonicMs() - this.#monotonicMs);
    return Math.abs(offMs) > this.#skewMaxMs ? new ClockOffError(offMs) : undefined;
  }

  /** What the broker's time of an append says, which left here at `sentAt`; it says little where the append took long. */
  compared(sentAt: Instant, appendedAtMs: number): ClockOffError | undefined {
    const { clock } = this.ports;
    const offMs = this.#off(sentAt, appendedAtMs);
    if (Math.abs(offMs) > this.#skewMaxMs) return new ClockOffError(offMs);
    // Stepped while the append was out, it would pass for one that took its time.
    const stepped = this.stepped();
    if (stepped === undefined && Math.abs(offMs) + clock.now() - sentAt <= this.#skewMaxMs) this.#wasRight(clock.now(), clock.monotonicMs());
    return stepped;
  }

  /** By how much the clock is ahead of the broker's at least; it may be off by as much more as the answer took. */
  async #ask(source: string): Promise<Answer | undefined> {
    const { clock, log, random } = this.ports;
    const sentAt = clock.now();
    const sentMs = clock.monotonicMs();
    const id = random.uuid();
    const headers = toHeaders({ id, source, type: "platform.clock.probe.v1", time: sentAt, subject: id });
    const outcome = (await log.append(probesTopic, new Map([[0, [{ key: source, value: new Uint8Array(), headers }]]]))).get(0);
    if (outcome?.kind !== "appended") return undefined;
    const { appendedAtMs = sentAt } = outcome;
    return { sentAt, sentMs, offMs: this.#off(sentAt, appendedAtMs), tookMs: clock.monotonicMs() - sentMs };
  }

  /** The least that explains an append between `sentAt` and now. */
  #off(sentAt: Instant, appendedAtMs: number): number {
    if (appendedAtMs < sentAt) return sentAt - appendedAtMs;
    return Math.min(0, later(this.ports.clock.now(), sentAt) - appendedAtMs);
  }

  /** By what it showed then, and not by what it shows now: it may have been set in between. */
  #wasRight(wall: Instant, monotonicMs: number): void {
    this.#wall = wall;
    this.#monotonicMs = monotonicMs;
  }
}
