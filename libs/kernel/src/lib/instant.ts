import type { Brand } from "./brand.js";

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. In JSON it is RFC 3339 text in UTC. */
export type Instant = Brand<number, "Instant">;

export const instant = (milliseconds: number): Instant => milliseconds as Instant;

const rfc3339 = /^\d{4}-\d\d-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads milliseconds; finer digits are cut off. A time without a zone is refused: `Date` would take the machine's.
 * @throws RangeError when the text is no RFC 3339 time.
 */
export const parseInstant = (text: string): Instant => {
  const day = rfc3339.exec(text)?.[1];
  const milliseconds = day === undefined ? Number.NaN : Date.parse(text);
  // `Date.parse` rolls the 30th of February over into March.
  if (!Number.isFinite(milliseconds) || !isInMonth(text, Number(day))) throw new RangeError("not an RFC 3339 time");
  return milliseconds as Instant;
};

const isInMonth = (text: string, day: number): boolean =>
  day <= 28 || new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() === day;

export const formatInstant = (at: Instant): string => new Date(at).toISOString();

export const plus = (at: Instant, milliseconds: number): Instant => (at + milliseconds) as Instant;

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
