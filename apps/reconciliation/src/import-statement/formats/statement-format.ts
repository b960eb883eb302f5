import type { Instant, Money } from "@malipo/kernel";
import type { StatementLine } from "@malipo/statement-matching";

/** What a row says once the provider's words are translated. Nothing of the payer is carried over. */
export type ReadLine = Omit<StatementLine, "digest" | "provider">;

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

export const readWith = <Value extends Money | Instant>(column: string, read: () => Value | string): Value => {
  try {
    const value = read();
    if (typeof value === "string") throw new RangeError(value);
    return value;
  } catch {
    throw new UnreadableLineError(`${column} cannot be read`);
  }
};
