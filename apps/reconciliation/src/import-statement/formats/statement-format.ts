import type { Instant, Money } from "@malipo/kernel";
import type { StatementLine } from "@malipo/statement-matching";

/**
 * A line while it is in hand. `hints` are keys that may be personal data, such as a number that the payer typed: they are
 * looked up, but never recorded, and are no part of the line's identity, since a hash of a phone number gives it away.
 */
export type LineInHand = StatementLine & Readonly<{ hints?: readonly string[] }>;

/** What a row says once the provider's words are translated. Nothing of the payer is carried over. */
export type ReadLine = Omit<LineInHand, "digest" | "provider">;

export type CsvRow = Readonly<Record<string, string>>;

/** How one provider writes its statements, as data and pure functions. */
export type StatementFormat = Readonly<{
  provider: string;
  /** Columns that must be there, or the file is not such a statement. */
  columns: readonly string[];
  /** How far the provider's day is ahead of UTC. */
  aheadOfUtcMs: number;
  /** @throws UnreadableLineError */
  read(row: CsvRow): ReadLine;
}>;

/** The reason names columns, never values: those may be personal data. */
export class UnreadableLineError extends Error {
  readonly code = "unreadable_line";

  constructor(why: string) {
    super(why);
    this.name = "UnreadableLineError";
  }
}

export const cell = (row: CsvRow, column: string): string => {
  const value = row[column]?.trim() ?? "";
  if (value === "") throw new UnreadableLineError(`${column} is empty`);
  return value;
};

const idForm = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;
const phoneForm = /^\d{9,15}$/;

/** The provider's id of the movement: short, and nothing that could be a payer's number. */
export const idCell = (row: CsvRow, column: string): string => {
  const value = cell(row, column);
  if (!idForm.test(value) || phoneForm.test(value)) throw new UnreadableLineError(`${column} is no id`);
  return value;
};

/** Another's id in a column that may hold anything; undefined when it cannot be one. */
export const referenceCell = (row: CsvRow, column: string): string | undefined => {
  const value = row[column]?.trim() ?? "";
  return idForm.test(value) ? value : undefined;
};

export const readWith = <Value extends Money | Instant>(column: string, read: () => Value | string): Value => {
  try {
    const value = read();
    if (typeof value === "string") throw new RangeError(value);
    return value;
  } catch {
    throw new UnreadableLineError(`${column} cannot be read`);
  }
};
