import type { RawRecord, Violation } from "../../judges/journals.js";
import type { ProviderLedger } from "../providers/provider-ledger.js";

type Line = Readonly<{ digest: string; transactionId: string; attemptId?: string; outcome: string }>;
type Fact = Readonly<{ lines?: readonly Line[] | number; digest?: string; attemptId?: string; found?: Readonly<{ breakId: string; line?: string; attemptId?: string }>; breakId?: string }>;

/**
 * Once every statement was imported, each line of a ledger belongs to an attempt or is an open break for somebody to look at,
 * and nobody has to look at a charge that our log has as well (`known`: its approved attempts). A line that a later one of the
 * provider's contradicts stays a break: somebody should see that. Read from nothing but the topic.
 */
export const judgeStatements = (ledgers: readonly ProviderLedger[], records: Iterable<RawRecord>, known: ReadonlySet<string>): readonly Violation[] => {
  const lines = new Map<string, Line>();
  const matched = new Map<string, string>();
  const opened = new Map<string, NonNullable<Fact["found"]>>();
  for (const { value } of records) {
    const fact = JSON.parse(Buffer.from(value).toString()) as Fact;
    // A statement that is complete says how many lines it had.
    for (const line of Array.isArray(fact.lines) ? fact.lines : []) {
      lines.set(line.transactionId, line);
      if (line.attemptId !== undefined) matched.set(line.digest, line.attemptId);
    }
    if (fact.digest !== undefined && fact.attemptId !== undefined) matched.set(fact.digest, fact.attemptId);
    if (fact.found !== undefined) opened.set(fact.found.breakId, fact.found);
    if (fact.breakId !== undefined) opened.delete(fact.breakId);
  }
  const listed = new Set([...opened.values()].map(({ line }) => line));
  const missing = new Set([...opened.values()].filter(({ line }) => line === undefined).map(({ attemptId }) => attemptId));
  const violations: Violation[] = [];
  for (const { id, idempotent, transactions } of ledgers) {
    for (const { body, reference, state, endedAtMs } of transactions) {
      if (endedAtMs === undefined) continue;
      const name = idempotent ? body.attemptId : reference;
      const line = lines.get(name);
      const fault = (how: string, rule = "every line of a statement is matched or a break"): void => void violations.push({ rule, subject: `${id} ${name}`, how });
      if (line === undefined) fault("was never recorded");
      else if (state === "approved" && !matched.has(line.digest) && !listed.has(line.digest)) fault("belongs to nobody");
      else if (matched.has(line.digest) && matched.get(line.digest) !== body.attemptId && !listed.has(line.digest)) fault(`was matched with ${matched.get(line.digest)!}`);
      else if (state === "approved" && known.has(body.attemptId) && (listed.has(line.digest) || missing.has(body.attemptId))) {
        fault("both sides agree about it", "only what disagrees is a break");
      }
    }
  }
  return violations;
};
