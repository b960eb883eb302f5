import type { AttemptId, Instant, ProviderId } from "@malipo/kernel";
import { type KnownAttempt, type LineDigest, type StatementLine, breaksOfLine, chooseAttempt, resolutionOf } from "@malipo/statement-matching";
import type { LineInHand } from "../import-statement/formats/statement-format.js";
import type { MatchedLine, ReconciliationFact } from "../keep-reconciliation/reconciliation-fact.js";
import type { ListedBreak, ReconciliationStore } from "../keep-reconciliation/reconciliation-store.js";

export type LineVerdict = Readonly<{ line: MatchedLine; attempt?: KnownAttempt }>;

/** Pairs lines with attempts in their order; an attempt that one line took is taken for the next. Only reads. */
export const pairLines = async (store: ReconciliationStore, provider: ProviderId, lines: readonly LineInHand[]): Promise<readonly LineVerdict[]> => {
  const keys = [...new Set(lines.flatMap(keysOf))];
  const taken = new Map<AttemptId, LineDigest>();
  const byKey = new Map<string, KnownAttempt[]>();
  for (const attempt of await store.attemptsByKeys(provider, keys)) {
    for (const key of attempt.keys) byKey.set(key, [...(byKey.get(key) ?? []), attempt]);
  }
  return lines.map((inHand) => {
    const { hints: _hints, ...line } = inHand;
    const candidates = [...new Set(keysOf(inHand).flatMap((key) => byKey.get(key) ?? []))].map((attempt) => {
      const by = taken.get(attempt.attemptId);
      return by === undefined ? attempt : { ...attempt, line: by };
    });
    const attempt = chooseAttempt({ ...line, keys: keysOf(inHand) }, candidates);
    // Only a line with money takes its attempt: one that is pending is followed by the one that tells the end.
    if (attempt === undefined || line.outcome !== "completed") return { line, ...(attempt !== undefined && { attempt }) };
    taken.set(attempt.attemptId, line.digest);
    return { line: { ...line, attemptId: attempt.attemptId }, attempt };
  });
};

const keysOf = ({ keys, hints = [] }: LineInHand): readonly string[] => [...keys, ...hints];

/** The facts that follow from paired lines: breaks that open, and breaks of a missing line that are over. */
export const factsOfPairs = async (store: ReconciliationStore, pairs: readonly LineVerdict[], at: Instant): Promise<readonly ReconciliationFact[]> => {
  const disagreements = pairs.flatMap(({ line, attempt }) => breaksOfLine(line, attempt));
  const attempts = pairs.flatMap(({ line }) => line.attemptId ?? []);
  const held = disagreements.length === 0 ? [] : await store.breaksById(disagreements.map(({ breakId }) => breakId));
  const open = attempts.length === 0 ? [] : await store.openBreaksOf(attempts);

  const known = new Set(held.map(({ breakId }) => breakId));
  const opened = disagreements
    .filter(({ breakId }) => !known.has(breakId))
    .map((found) => ({ type: "BreakOpened", provider: found.provider, at, found }) as const);
  const missing = open.filter(({ kind }) => kind === "missing_there");
  const closed = pairs.flatMap(({ line, attempt }) =>
    missing
      .filter(({ attemptId }) => attempt !== undefined && attemptId === line.attemptId)
      .flatMap((one) => closing(one, line, { ...attempt!, line: line.digest }, at)),
  );
  return [...opened, ...closed];
};

/** What follows when lines that had no attempt find one: the pair is on record, and nothing is missing here any more. */
export const factsOfLateMatches = async (store: ReconciliationStore, pairs: readonly LineVerdict[], at: Instant): Promise<readonly ReconciliationFact[]> => {
  const found = pairs.filter(({ line }) => line.attemptId !== undefined);
  if (found.length === 0) return [];
  const matched = found.map(({ line }) => ({ type: "LineMatched", provider: line.provider, digest: line.digest, attemptId: line.attemptId!, at }) as const);
  const ids = found.flatMap(({ line }) => breaksOfLine(line, undefined).map(({ breakId }) => breakId));
  const over = (await store.breaksById(ids))
    .filter(({ state }) => state === "open")
    .map(({ breakId, provider }) => ({ type: "BreakClosed", provider, at, breakId, resolution: "attempt_caught_up" }) as const);
  return [...matched, ...over, ...(await factsOfPairs(store, found, at))];
};

export const closing = (held: ListedBreak, line: StatementLine | undefined, attempt: KnownAttempt | undefined, at: Instant): readonly ReconciliationFact[] => {
  const resolution = resolutionOf(held, line, attempt);
  return resolution === undefined ? [] : [{ type: "BreakClosed", provider: held.provider, at, breakId: held.breakId, resolution }];
};
