import { type AttemptId, partitionOf } from "@malipo/kernel";
import type { Clock, Logger, Scheduler } from "@malipo/ports";
import type { MatchedLine, ReconciliationFact } from "../keep-reconciliation/reconciliation-fact.js";
import type { ListedBreak, ReconciliationStore } from "../keep-reconciliation/reconciliation-store.js";
import { closing, factsOfLateMatches, pairLines } from "./match-lines.js";

/** Puts facts on `reconciliation.events.v1`, in their order, and resolves once the rows hold them. */
export type RecordFacts = (facts: readonly ReconciliationFact[]) => Promise<void>;

export type ReviewerOptions = Readonly<{ store: ReconciliationStore; record: RecordFacts; clock: Clock; scheduler: Scheduler; logger: Logger }>;

const attemptsAtOnce = 500;
const pageSize = 200;
const retryMs = 1_000;

/**
 * Looks again at what did not match when an attempt changes: our completion may come after the statement's line. Closing
 * a break is a recorded fact like opening it.
 */
export class Reviewer {
  readonly #owned = new Set<number>();
  readonly #changed = new Set<AttemptId>();
  #lookAtAll = false;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  /** False only when the rows are known to hold no open break: then nothing can be resolved. */
  #mayBeOpen = true;
  #opened = 0;

  constructor(private readonly options: ReviewerOptions) {}

  own(partition: number): void {
    this.#owned.add(partition);
    this.lookAgain(); // what the owner before missed
  }

  /** Looks at every open break: also when a statement is complete, since attempts went on changing while it was matched. */
  lookAgain(): void {
    this.#lookAtAll = true;
    this.#kick();
  }

  disown(partition: number): void {
    this.#owned.delete(partition);
  }

  /** Called when breaks may have been opened. */
  breaksOpened(): void {
    this.#mayBeOpen = true;
    this.#opened += 1;
  }

  attemptsChanged(attempts: readonly AttemptId[]): void {
    if (this.#owned.size === 0 || !this.#mayBeOpen) return;
    for (const attempt of attempts) this.#changed.add(attempt);
    this.#kick();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #kick(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      const { logger, scheduler } = this.options;
      while (!this.#stopping.signal.aborted && (this.#lookAtAll || this.#changed.size > 0)) {
        const all = this.#lookAtAll;
        const attempts = [...this.#changed].slice(0, attemptsAtOnce);
        this.#lookAtAll = false;
        for (const attempt of attempts) this.#changed.delete(attempt);
        try {
          if (all) await this.#reviewAll();
          if (attempts.length > 0) await this.#review(attempts);
        } catch (error) {
          this.#lookAtAll ||= all;
          for (const attempt of attempts) this.#changed.add(attempt);
          logger.warn({ error }, "breaks cannot be looked at now, trying again");
          await scheduler.sleep(retryMs, this.#stopping.signal).catch(() => undefined);
        }
      }
    } finally {
      // In the same turn as the last look at what has come: who came in between would find it running, and be left lying.
      this.#running = undefined;
    }
  }

  async #reviewAll(): Promise<void> {
    const { store } = this.options;
    let after: string | undefined;
    let any = false;
    const openedBefore = this.#opened;
    do {
      const page: readonly ListedBreak[] = await store.breaks({ state: "open", limit: pageSize, ...(after !== undefined && { after }) });
      any ||= page.length > 0;
      await this.#reviewBreaks(page);
      after = page.length === pageSize ? page.at(-1)?.breakId : undefined;
    } while (after !== undefined && !this.#stopping.signal.aborted);
    // One that was opened while the pages were read may be in none of them.
    this.#mayBeOpen = any || this.#opened !== openedBefore;
  }

  async #review(attempts: readonly AttemptId[]): Promise<void> {
    const { store } = this.options;
    await this.#matchLate(await store.unmatchedLinesFor(attempts));
    await this.#reviewBreaks(await store.openBreaksOf(attempts));
  }

  async #matchLate(unmatched: readonly MatchedLine[]): Promise<void> {
    const { store, clock, record } = this.options;
    const mine = unmatched.filter(({ provider }) => this.#owned.has(partitionOf(provider)));
    for (const provider of new Set(mine.map((line) => line.provider))) {
      const pairs = await pairLines(store, provider, mine.filter((line) => line.provider === provider));
      const facts = await factsOfLateMatches(store, pairs, clock.now());
      if (facts.length > 0) await record(facts);
    }
  }

  async #reviewBreaks(open: readonly ListedBreak[]): Promise<void> {
    const held = open.filter(({ provider }) => this.#owned.has(partitionOf(provider)));
    if (held.length === 0) return;
    const { store, clock, record } = this.options;
    const lines = new Map((await store.linesByDigest(held.flatMap(({ line }) => line ?? []))).map((line) => [line.digest, line] as const));
    const missingHere = held.filter(({ kind }) => kind === "missing_here").flatMap(({ line }) => lines.get(line!) ?? []);
    await this.#matchLate(missingHere.filter(({ attemptId }) => attemptId === undefined));
    const attempts = new Map((await store.attemptsById(held.flatMap(({ attemptId }) => attemptId ?? []))).map((attempt) => [attempt.attemptId, attempt] as const));
    const facts = held
      .filter(({ attemptId }) => attemptId !== undefined)
      .flatMap((one) => closing(one, one.line === undefined ? undefined : lines.get(one.line), attempts.get(one.attemptId!), clock.now()));
    if (facts.length > 0) await record(facts);
  }
}
