import type { EventLog, Logger, Metrics, Scheduler } from "@malipo/ports";
import { appendMeaning } from "./append-meaning.js";
import type { ChainPosition, ChainRecord } from "./chain-record.js";
import { type Draft, link } from "./chain-reader.js";
import type { ChainTail } from "./chain-tail.js";
import { LogTruncatedError } from "./errors.js";

/** Decisions of one partition, and the position whose fold they were decided against. */
export type ChainBatch = Readonly<{ after: ChainPosition; drafts: readonly Draft[] }>;

/**
 * `installed`: all records are in the log, valid, and already handed to the tail's listeners. `resync`: we do not know;
 * when `done` resolves the tail has read past the end that the log had afterwards, and what was folded says for each
 * decision whether it is there. What is not there is decided again; a late arrival of it will then be void.
 */
export type AppendVerdict =
  | Readonly<{ kind: "installed"; records: readonly ChainRecord[]; appendedAtMs?: number }>
  | Readonly<{ kind: "resync"; done: Promise<void> }>;

export type ChainWriterOptions = Readonly<{
  log: EventLog;
  tail: ChainTail;
  scheduler: Scheduler;
  logger: Logger;
  metrics: Metrics;
}>;

const retryMs = 200;

/** The writer rule. The caller keeps one append in flight per topic. */
export class ChainWriter {
  constructor(private readonly options: ChainWriterOptions) {}

  /** One request for all partitions. Never rejects; a log that was cut stops the tail, and `done` rejects. */
  async append(batches: ReadonlyMap<number, ChainBatch>): Promise<ReadonlyMap<number, AppendVerdict>> {
    const { log, tail } = this.options;
    const verdicts = new Map<number, AppendVerdict>();
    const linked = new Map<number, readonly ChainRecord[]>();
    for (const [partition, { after, drafts }] of batches) {
      // A record that came in since these decisions were taken may change them: not sent, decided again.
      if (tail.halted || !tail.verified || tail.position(partition) !== after) verdicts.set(partition, this.#resync(partition));
      else linked.set(partition, link(tail.topic, partition, after, drafts));
    }
    if (linked.size === 0) return verdicts;

    const generation = log.generation;
    const outcomes = await log.append(tail.topic, linked);
    for (const [partition, records] of linked) {
      const outcome = outcomes.get(partition);
      const expected = records[0]!.offset;
      const meaning = appendMeaning(outcome, expected, generation);
      if (outcome?.kind === "appended" && meaning === "truncated") {
        const why = `an append landed at ${outcome.baseOffset}, but it was read up to ${expected}`;
        tail.fail(new LogTruncatedError(tail.topic, partition, why));
      }
      if (outcome?.kind === "appended" && meaning === "mine" && !tail.halted) {
        tail.install(partition, records);
        const { appendedAtMs } = outcome;
        verdicts.set(partition, { kind: "installed", records, ...(appendedAtMs !== undefined && { appendedAtMs }) });
      } else {
        this.options.metrics.count("log_resyncs_total", { topic: tail.topic });
        verdicts.set(partition, this.#resync(partition));
      }
    }
    return verdicts;
  }

  #resync(partition: number): AppendVerdict {
    const done = this.#catchUp(partition);
    done.catch(() => undefined); // handled where it is awaited; a verdict nobody looks at is no unhandled rejection
    return { kind: "resync", done };
  }

  async #catchUp(partition: number): Promise<void> {
    const { tail, scheduler, logger } = this.options;
    for (let tries = 0; ; tries += 1) {
      if (tail.halted) throw new Error(`the tail of ${tail.topic} has stopped`);
      try {
        await tail.verify();
        return await tail.catchUp(partition);
      } catch (error) {
        if (tail.halted) throw error;
        if (tries === 0) logger.warn({ topic: tail.topic, partition, error }, "the end of the log is not known yet, trying on");
        await scheduler.sleep(retryMs);
      }
    }
  }
}
