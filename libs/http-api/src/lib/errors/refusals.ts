import type { Refusal } from "@malipo/payment-lifecycle";
import { Problem, type ProblemCode } from "./problem.js";

/**
 * How each recorded refusal is told. Exhaustive: a new refusal does not compile without its line. `idempotent_replay`
 * never reaches it, since its caller answers with the first answer.
 */
const told: Readonly<Record<Refusal, readonly [ProblemCode, string]>> = {
  payment_not_found: ["not_found", "There is no such resource."],
  reference_already_used: ["reference_already_used", "This reference was already used for another request of this merchant."],
  idempotent_replay: ["request_in_progress", "The first request with this key is being answered."],
  idempotency_key_reused: ["idempotency_key_reused", "This Idempotency-Key was used with another body."],
  payment_not_cancellable: ["conflict", "The payment can no longer be cancelled."],
  input_not_expected: ["conflict", "The payment expects no input now."],
  confirmation_not_expected: ["conflict", "The payment expects no confirmation now."],
  attempt_not_allowed: ["conflict", "The payment allows no attempt now."],
  review_not_found: ["not_found", "There is no such resource."],
  move_not_allowed: ["move_not_allowed", "The payment may not be moved that way."],
};

export const refusalProblem = (reason: Refusal, details?: Readonly<Record<string, unknown>>): Problem => {
  const [code, message] = told[reason];
  return new Problem(code, message, details === undefined ? {} : { details });
};
