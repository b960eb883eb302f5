import { nothingNew, plus, record, refuse } from "@malipo/kernel";
import { type KnownPayment, attemptOf, openAttempt, sameChannel } from "../payment.js";
import { viewIfChanged } from "../public-view.js";
import { isWaiting } from "../transitions.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";

/**
 * The fence before every send. Of all the routers that propose an attempt, the one named in the record may send it, and
 * only one attempt is open at a time: a second open one could charge the payer twice.
 */
export const beginAttempt = (command: CommandOf<"BeginAttempt">, payment: KnownPayment, { at }: DecideContext): PaymentDecision => {
  // Also when another caller asks: the first caller's record stands, and the other reads there that it may only query.
  if (attemptOf(payment, command.attemptId) !== undefined) return nothingNew;
  const why = whyNot(command, payment);
  if (why !== undefined) return refuse("attempt_not_allowed", { why });
  // Nobody could send it any more. Recorded, it would have to be proven unsent later, which not every provider allows.
  if (at > command.sendBefore) return refuse("attempt_not_allowed", { why: "send_window_over" });

  return record({
    ...command,
    type: "AttemptStarted",
    at,
    resolveBy: plus(at, payment.terms.resolveAfterMs),
    ...viewIfChanged(payment, "processing"),
  });
};

const whyNot = (command: CommandOf<"BeginAttempt">, payment: KnownPayment): string | undefined => {
  const { status, attempts, terms, next, confirmation, reviews } = payment;
  if (openAttempt(payment) !== undefined) return "attempt_open";
  if (confirmation === "required") return "not_confirmed";
  if (attempts.length === 0 ? !isWaiting(status) : status !== "processing" || next === undefined) return "not_waiting";
  if (command.number !== attempts.length + 1) return "wrong_number";
  // An earlier attempt took the money after all: another one would take it twice.
  if (reviews.some(({ kind }) => kind === "late_success")) return "already_paid";
  if (![...terms.channels, ...(next === undefined ? [] : [next])].some((channel) => sameChannel(channel, command))) {
    return "channel_not_in_terms";
  }
  return undefined;
};
