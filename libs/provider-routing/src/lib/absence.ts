import type { Instant } from "@malipo/kernel";

export type AbsenceQuestion = Readonly<{
  /** When the query that found nothing was begun. */
  askedAt: Instant;
  sendBefore: Instant;
  skewMs: number;
  /** How long this process had known of the attempt when it asked, on its own monotonic clock. */
  knownForMs: number;
  /** How long after its proposal a caller may send, on the caller's own monotonic clock. */
  sendWindowMs: number;
  visibilityDelayMs: number;
  notFoundIsProof: boolean;
}>;

/**
 * Whether "not found" proves that nothing was sent: only where the provider's word is proof, and only when even a request
 * of the last allowed moment, by a clock that is off, would have become visible by the time we asked. Wall time alone is not
 * trusted with it: to a machine whose clock was set ahead every attempt looks old, and another one would charge the payer
 * twice. The caller proposed before the record that we know, so what it may still send goes within its window from there.
 */
export const absenceIsProof = ({ askedAt, sendBefore, skewMs, knownForMs, sendWindowMs, visibilityDelayMs, notFoundIsProof }: AbsenceQuestion): boolean =>
  notFoundIsProof && askedAt > sendBefore + skewMs + visibilityDelayMs && knownForMs > sendWindowMs + visibilityDelayMs;
