import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ProviderId, formatAmount } from "@malipo/kernel";
import type { LineDigest } from "@malipo/statement-matching";
import { CsvError, parse } from "csv-parse";
import { type CsvRow, type LineInHand, type ReadLine, type StatementFormat, UnreadableLineError } from "./formats/statement-format.js";

export type StatementItem =
  | Readonly<{ kind: "line"; number: number; line: LineInHand }>
  | Readonly<{ kind: "unreadable"; number: number; why: string }>;

/** The file as a whole is not such a statement. */
export class NotAStatementError extends Error {
  readonly code = "not_a_statement";
}

const recordBytesMax = 65_536;

/** Reads a statement line by line, with no more than a few of them in memory. @throws NotAStatementError */
export async function* readStatement(file: Readable, format: StatementFormat): AsyncGenerator<StatementItem> {
  const parser = parse({ bom: true, columns: (names: string[]) => checkColumns(names, format), max_record_size: recordBytesMax, relax_column_count: true, skip_empty_lines: true, info: true });
  const piping = pipeline(file, parser);
  // Told by the loop below, which sees the same fault; here it would only be an unhandled one.
  piping.catch(() => undefined);
  let number = 0;
  try {
    for await (const item of parser as AsyncIterable<{ record: CsvRow }>) {
      number += 1;
      yield readRow(item.record, number, format);
    }
    await piping;
  } catch (error) {
    if (error instanceof CsvError) throw new NotAStatementError(`the file is not CSV: ${error.code} after line ${number}`, { cause: error });
    throw error;
  } finally {
    parser.destroy();
  }
}

const checkColumns = (names: string[], { columns, provider }: StatementFormat): string[] => {
  const trimmed = names.map((name) => name.trim());
  const missing = columns.filter((column) => !trimmed.includes(column));
  if (missing.length > 0) throw new NotAStatementError(`the file is no statement of ${provider}: it has no column ${missing.join(", ")}`);
  return trimmed;
};

const readRow = (row: CsvRow, number: number, format: StatementFormat): StatementItem => {
  try {
    return { kind: "line", number, line: withDigest(format.read(row), format.provider as ProviderId) };
  } catch (error) {
    if (error instanceof UnreadableLineError) return { kind: "unreadable", number, why: error.message };
    throw error;
  }
};

/** The identity of a line is what it says about the movement, however the file around it is ordered or spelt. */
export const withDigest = (line: ReadLine, provider: ProviderId): LineInHand => {
  const said = ["malipo.line.1", provider, line.kind, line.transactionId, line.keys, line.outcome, formatAmount(line.amount), line.amount.currency, line.at];
  const digest = createHash("sha256").update(JSON.stringify(said)).digest("hex") as LineDigest;
  return { ...line, provider, digest };
};
