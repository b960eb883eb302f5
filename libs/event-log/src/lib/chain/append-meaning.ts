import type { AppendOutcome } from "@malipo/ports";

export type AppendMeaning = "mine" | "unknown" | "truncated";

/**
 * What the broker's word about an append means to its writer. Mine and valid only where it landed exactly behind what was
 * folded, on the connection it was sent on. A place further on is no refusal, since only void records may lie between;
 * one before it means that the log has lost what was read. The rest is for the fold to say, once the end was read.
 */
export const appendMeaning = (outcome: AppendOutcome | undefined, expected: number, generation: number): AppendMeaning => {
  if (outcome?.kind !== "appended") return "unknown";
  if (outcome.baseOffset < expected) return "truncated";
  return outcome.baseOffset === expected && outcome.generation === generation ? "mine" : "unknown";
};
