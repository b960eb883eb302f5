import type { Instant } from "@malipo/kernel";

export type AbsenceQuestion = Readonly<{
  /** When the query that found nothing was begun. */
  askedAt: Instant;
  sendBefore: Instant;
  skewMs: number;
  visibilityDelayMs: number;
  notFoundIsProof: boolean;
}>;

/**
 * Whether "not found" proves that nothing was sent: only where the provider's word is proof, and only when even a request
 * of the last allowed moment, by a clock that is off, would have become visible by the time we asked.
 */
export const absenceIsProof = ({ askedAt, sendBefore, skewMs, visibilityDelayMs, notFoundIsProof }: AbsenceQuestion): boolean =>
  notFoundIsProof && askedAt > sendBefore + skewMs + visibilityDelayMs;
