import type { AttemptId, ReviewId } from "@malipo/kernel";
import type { Review } from "./payment.js";

/** One review of a kind per attempt, so that whoever opens it again finds the one there is. */
export const reviewIdOf = (kind: Review["kind"], attemptId: AttemptId): ReviewId => `${kind}-${attemptId}` as ReviewId;
