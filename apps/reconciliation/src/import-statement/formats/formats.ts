import { darajaStatement } from "./daraja.js";
import { pawapayStatement } from "./pawapay.js";
import type { StatementFormat } from "./statement-format.js";

/** One line for each provider whose statements we read. */
export const statementFormats: ReadonlyMap<string, StatementFormat> = new Map([pawapayStatement, darajaStatement].map((format) => [format.provider, format]));

export const dayMs = 86_400_000;

export const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);

/** The provider's day as a span of time; undefined when the text is no day. */
export const daySpan = (day: string, { aheadOfUtcMs }: StatementFormat): { from: number; to: number } | undefined => {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  return { from: midnight - aheadOfUtcMs, to: midnight - aheadOfUtcMs + dayMs };
};
