import type { DatabaseRows, End, LoggedEvent, Row, Violation } from "./journals.js";
import { expectedRows, keyOf, tableNames } from "./expected-rows.js";
import { beginningOf } from "./read-chain.js";

const topic = "payments.events.v1";
const madeOfEvents: ReadonlySet<string> = new Set(["payment_summaries", "payment_attempts", "payment_reviews"]);
const times = new Set(["created_at", "updated_at", "expires_at", "resolve_by", "started_at", "opened_at", "closed_at"]);

/**
 * The rows are the fold of the log up to their own checkpoint, no more and no less, whatever happened on the way; and the
 * checkpoint names the record after which it stands. Only a payment that is marked as waiting for a version which can read all
 * of it may be behind, and no longer once everything has settled.
 */
export const judgeRows = (events: readonly LoggedEvent[], rows: DatabaseRows, end: End): readonly Violation[] => {
  const violations: Violation[] = [];
  const ends = new Map(rows.checkpoints.map((row) => [Number(row["partition"]), Number(row["next_offset"])]));
  const stored = events.filter(({ partition, offset }) => offset < (ends.get(partition) ?? 0));

  for (const checkpoint of rows.checkpoints) violations.push(...judgeCheckpoint(checkpoint, stored));
  const expected = expectedRows(stored);
  const waiting = new Set(end === "settled" ? [] : rows.payment_summaries.filter(({ parked }) => parked === true).map((row) => row["payment_id"]));
  for (const table of tableNames) {
    const found = new Map(rows[table].map((row) => [keyOf(table, row), row]));
    const broken = (key: string, how: string): void => void violations.push({ rule: "rows are the fold of the log", subject: key, how: `${table}: ${how}` });
    for (const [key, should] of expected[table]) {
      if (waiting.has(String(should["payment_id"])) && madeOfEvents.has(table)) continue;
      const row = found.get(key);
      if (row === undefined) broken(key, "no row");
      else for (const column in should) if (!same(column, should[column], row[column])) broken(key, `${column} is ${String(row[column])}, not ${should[column]}`);
    }
    for (const key of found.keys()) if (!expected[table].has(key)) broken(key, "a row of nothing that happened");
  }
  return violations;
};

const judgeCheckpoint = (row: Row, stored: readonly LoggedEvent[]): readonly Violation[] => {
  const partition = Number(row["partition"]);
  const last = stored.filter((event) => event.partition === partition).at(-1);
  const head = last === undefined ? beginningOf(topic, partition, 12) : last.digest;
  const isTrue = Number(row["seq"]) === (last?.seq ?? 0) && (head === undefined || hexOf(row["head"]) === head);
  return isTrue ? [] : [{ rule: "the checkpoint is a place in the chain", subject: `${topic}/${partition}`, how: `seq ${String(row["seq"])} at ${String(row["next_offset"])}, the log says ${last?.seq ?? 0}` }];
};

const same = (column: string, should: unknown, is: unknown): boolean => {
  if (should === null || is === null || is === undefined) return should === null && (is === null || is === undefined);
  return times.has(column) ? should === timeOf(is) : String(should) === String(is);
};

const timeOf = (value: unknown): number => (value instanceof Date ? value.getTime() : typeof value === "number" ? value : Date.parse(String(value)));

const hexOf = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value).replace(/^\\x/, ""));
