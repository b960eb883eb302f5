import type { Brand } from "./brand.js";

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. In JSON it is RFC 3339 text in UTC. */
export type Instant = Brand<number, "Instant">;

export const instant = (milliseconds: number): Instant => milliseconds as Instant;

/** @throws RangeError when the text is no RFC 3339 time. */
export const parseInstant = (text: string): Instant => {
  const milliseconds = Date.parse(text);
  if (!Number.isFinite(milliseconds) || !/^\d{4}-\d\d-\d\dT/.test(text)) throw new RangeError("not an RFC 3339 time");
  return milliseconds as Instant;
};

export const formatInstant = (at: Instant): string => new Date(at).toISOString();

export const plus = (at: Instant, milliseconds: number): Instant => (at + milliseconds) as Instant;

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
