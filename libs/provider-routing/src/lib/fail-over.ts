import type { Evidence, NextCandidate, Outcome } from "@malipo/payment-lifecycle";
import { type RoutingQuestion, chooseProvider } from "./choose-provider.js";

/** However many channels there are, a payer is not led through all of them. */
export const ATTEMPTS_MAX = 5;
const OWN_FAULT_ATTEMPTS_MAX = 3;

/** Nothing was sent for reasons of this process alone, so the same channel is as good as before. */
const ownFaults = new Set(["send_window_over", "proposal_dropped", "stopping", "caller_gone", "prepared_bytes_lost"]);

export type FailOverQuestion = Omit<RoutingQuestion, "next" | "tried"> &
  Readonly<{
    outcome: Outcome;
    source: Evidence["source"];
    /** The channel whose attempt has this outcome, and how many attempts there were, this one included. */
    current: NextCandidate;
    tried: readonly NextCandidate[];
    attempts: number;
  }>;

/**
 * Where to go after an attempt without money; undefined ends the payment. Another provider is tried only when no prompt
 * can be alive: nothing was sent, or the provider turned the request itself away as unavailable. Every other decline is
 * the payer's or the payee's, and another provider would ask the same person again.
 */
export const nextAfter = (question: FailOverQuestion): NextCandidate | undefined => {
  const { outcome, source, current, attempts, tried } = question;
  if (outcome.kind !== "not_sent" && !isTurnedAway(outcome, source)) return undefined;
  if (outcome.kind === "not_sent" && ownFaults.has(outcome.cause) && attempts < OWN_FAULT_ATTEMPTS_MAX) return current;
  if (attempts >= ATTEMPTS_MAX) return undefined;
  return chooseProvider({ ...question, tried: [...tried, current] }).chosen;
};

const isTurnedAway = (outcome: Outcome, source: Evidence["source"]): boolean =>
  outcome.kind === "declined" && outcome.reason === "provider_unavailable" && source === "reply";
