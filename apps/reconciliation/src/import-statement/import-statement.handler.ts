import type { Readable } from "node:stream";
import type { AttemptId, ProviderId } from "@malipo/kernel";
import type { Clock, Logger, Random } from "@malipo/ports";
import { inSpan } from "@malipo/runtime";
import { missingThere } from "@malipo/statement-matching";
import type { ReconciliationFact } from "../keep-reconciliation/reconciliation-fact.js";
import type { ReconciliationStore } from "../keep-reconciliation/reconciliation-store.js";
import { factsOfLateMatches, factsOfPairs, pairLines } from "../match-statement/match-lines.js";
import type { RecordFacts } from "../match-statement/reviewer.js";
import { dayBefore, dayMs, daySpan, statementFormats } from "./formats/formats.js";
import type { LineInHand, StatementFormat } from "./formats/statement-format.js";
import { readStatement } from "./read-statement.js";

export type ImportResult = {
  statementId: string;
  provider: string;
  date: string;
  lines: number;
  newLines: number;
  knownLines: number;
  unreadableLines: number;
  /** The first of them, by line number and reason; never by content. */
  unreadable: { line: number; why: string }[];
  matched: number;
  breaksOpened: number;
  breaksClosed: number;
};

export type ImportStatementOptions = Readonly<{
  store: ReconciliationStore;
  record: RecordFacts;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** A charge of ours younger than this may not be in the provider's statement yet. */
  statementLagMs: number;
  /** Lines recorded at once; a record stays well below the log's limit. */
  chunkLines?: number;
}>;

const unreadableShown = 10;
const chargesPage = 1_000;
const importsLookedAt = 200;

/** The provider or the day is not one that we can import. */
export class ImportRefusedError extends Error {
  constructor(
    readonly code: "unknown_provider" | "unknown_day" | "import_in_progress",
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a statement as it streams in, records its new lines, and matches them. A second import of the same file finds
 * every line known and changes nothing; one that broke off is finished by importing the file again.
 */
export class ImportStatementHandler {
  readonly #underWay = new Set<string>();

  constructor(private readonly options: ImportStatementOptions) {}

  async execute(provider: string, date: string, file: Readable, traceparent?: string): Promise<ImportResult> {
    const format = statementFormats.get(provider);
    if (format === undefined) throw new ImportRefusedError("unknown_provider", `statements of this provider cannot be read; known: ${[...statementFormats.keys()].join(", ")}`);
    const span = daySpan(date, format);
    if (span === undefined) throw new ImportRefusedError("unknown_day", "date must be a day, YYYY-MM-DD");
    if (this.#underWay.has(provider)) throw new ImportRefusedError("import_in_progress", "another statement of this provider is being imported");
    this.#underWay.add(provider);
    try {
      return await inSpan("import statement", { parent: traceparent, attributes: { "malipo.provider": provider, "malipo.day": date } }, async (trace) => {
        const result = await this.#import(format, date, span, file);
        const { statementId, lines, newLines, matched, breaksOpened } = result;
        trace?.set({ "malipo.statement": statementId, "malipo.lines": lines, "malipo.lines.new": newLines, "malipo.matched": matched, "malipo.breaks.opened": breaksOpened });
        return result;
      });
    } finally {
      this.#underWay.delete(provider);
    }
  }

  async #import(format: StatementFormat, date: string, span: { from: number; to: number }, file: Readable): Promise<ImportResult> {
    const { clock, logger, random, record, chunkLines = 1_000 } = this.options;
    const provider = format.provider as ProviderId;
    const statementId = random.uuid();
    const counts = { lines: 0, newLines: 0, knownLines: 0, unreadableLines: 0, unreadable: [], matched: 0, breaksOpened: 0, breaksClosed: 0 };
    const result: ImportResult = { statementId, provider, date, ...counts };
    let begun = false;
    const flush = async (chunk: readonly LineInHand[]): Promise<void> => {
      // Not before the first lines are read: a file that is no statement leaves nothing behind.
      if (!begun) await record([{ type: "StatementBegun", statementId, provider, day: date, at: clock.now() }]);
      begun = true;
      await this.#recordChunk(statementId, provider, chunk, result);
    };

    let chunk: LineInHand[] = [];
    for await (const item of readStatement(file, format)) {
      result.lines += 1;
      if (item.kind === "line") chunk.push(item.line);
      else {
        result.unreadableLines += 1;
        if (result.unreadable.length < unreadableShown) result.unreadable.push({ line: item.number, why: item.why });
      }
      if (chunk.length >= chunkLines) {
        await flush(chunk);
        chunk = [];
      }
    }
    await flush(chunk);
    await this.#missingThere(provider, { from: await this.#lookedAtUpTo(provider, date, span.from), to: span.to }, result);
    const { lines, knownLines, unreadableLines } = result;
    await record([{ type: "StatementCompleted", statementId, provider, at: clock.now(), lines, knownLines, unreadableLines }]);
    logger.info({ statementId, provider, date, lines, newLines: result.newLines, breaksOpened: result.breaksOpened }, "statement imported");
    return result;
  }

  async #recordChunk(statementId: string, provider: ProviderId, chunk: readonly LineInHand[], result: ImportResult): Promise<void> {
    const { clock, record, store } = this.options;
    const lines = [...new Map(chunk.map((line) => [line.digest, line] as const)).values()];
    const known = new Map((await store.linesByDigest(lines.map(({ digest }) => digest))).map((line) => [line.digest, line] as const));
    const pairs = await pairLines(store, provider, lines);
    const fresh = pairs.filter(({ line }) => !known.has(line.digest));
    // Known lines are looked at too: an import that broke off may have recorded them without what follows from them.
    const late = pairs.filter(({ line }) => known.has(line.digest) && known.get(line.digest)!.attemptId === undefined && line.attemptId !== undefined);
    const rest = pairs.filter((pair) => !late.includes(pair));
    const at = clock.now();
    const verdicts = [...(await factsOfPairs(store, rest, at)), ...(await factsOfLateMatches(store, late, at))];
    result.newLines += fresh.length;
    result.knownLines += chunk.length - fresh.length;
    result.matched += pairs.filter(({ line }) => line.attemptId !== undefined).length;
    this.#count(verdicts, result);
    const recorded: ReconciliationFact[] = fresh.length === 0 ? [] : [{ type: "LinesRecorded", statementId, provider, at, lines: fresh.map(({ line }) => line) }];
    if (recorded.length + verdicts.length > 0) await record([...recorded, ...verdicts]);
  }

  /**
   * From when charges are to be looked at. When the day before was imported, its youngest charges were not due in the
   * statement yet, and no other import would ever look at them.
   */
  async #lookedAtUpTo(provider: ProviderId, date: string, dayBegan: number): Promise<number> {
    const { statementLagMs, store } = this.options;
    const before = dayBefore(date);
    const imports = (await store.statements({ provider, limit: importsLookedAt })).filter(({ day, state }) => day === before && state === "completed");
    if (imports.length === 0) return dayBegan;
    const upTo = Math.max(...imports.map(({ begunAt }) => begunAt)) - statementLagMs;
    return Math.max(dayBegan - dayMs, Math.min(dayBegan, upTo));
  }

  /** Charges of the day that no line has told of, once all lines are in. */
  async #missingThere(provider: ProviderId, { from, to }: { from: number; to: number }, result: ImportResult): Promise<void> {
    const { clock, record, statementLagMs, store } = this.options;
    const now = clock.now();
    let after: AttemptId | undefined;
    for (;;) {
      const query = { provider, from, to, chargedBefore: now - statementLagMs, limit: chargesPage };
      const page = await store.unmatchedCharges({ ...query, ...(after !== undefined && { after }) });
      const missing = page.flatMap((attempt) => missingThere(attempt, now, statementLagMs) ?? []);
      const held = new Set((await store.breaksById(missing.map(({ breakId }) => breakId))).map(({ breakId }) => breakId));
      const facts = missing
        .filter(({ breakId }) => !held.has(breakId))
        .map((found) => ({ type: "BreakOpened", provider, at: now, found }) as const);
      this.#count(facts, result);
      if (facts.length > 0) await record(facts);
      after = page.at(-1)?.attemptId;
      if (page.length < chargesPage || after === undefined) return;
    }
  }

  #count(facts: readonly ReconciliationFact[], result: ImportResult): void {
    for (const { type } of facts) {
      if (type === "BreakOpened") result.breaksOpened += 1;
      if (type === "BreakClosed") result.breaksClosed += 1;
    }
  }
}
