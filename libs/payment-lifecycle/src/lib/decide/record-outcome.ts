import { assertNever, refuse } from "@malipo/kernel";
import { type KnownPayment, attemptOf } from "../payment.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";
import { recordApproval } from "./record-approval.js";
import { recordNoMoney } from "./record-no-money.js";
import { recordProgress } from "./record-progress.js";

/** Reply, webhook, query, and statement come in any order, repeated, late, and at odds: each is judged by what is on record. */
export const recordOutcome = (command: CommandOf<"RecordOutcome">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  const { outcome, next, evidence, paymentId } = command;
  const attempt = attemptOf(payment, command.attemptId);
  if (attempt === undefined) return refuse("attempt_not_allowed", { why: "not_started" });
  const witness = { paymentId, at, attemptId: attempt.id, evidence };

  switch (outcome.kind) {
    case "approved":
      return recordApproval(outcome, witness, payment, attempt);
    case "declined":
    case "not_sent":
      return recordNoMoney(outcome, next, witness, payment, attempt);
    case "in_progress":
    case "unknown":
      return recordProgress(outcome, witness, payment, attempt);
    default:
      return assertNever(outcome);
  }
};
