import { plus, record, refuse } from "@malipo/kernel";
import type { Payment } from "../payment.js";
import { firstView } from "../public-view.js";
import type { CommandOf, DecideContext, PaymentDecision } from "./context.js";

export const initiatePayment = (command: CommandOf<"InitiatePayment">, payment: Payment, context: DecideContext): PaymentDecision => {
  const used = whereUsed(command, payment, context);
  if (used !== undefined) return used;

  const { at, orderNumber } = context;
  if (orderNumber === undefined) throw new TypeError("InitiatePayment is decided with a drawn order number");
  const { terms, amount } = command;
  if (amount.minor <= 0n) return refuse("move_not_allowed", { field: "amount" });
  if (terms.feeFixed.currency !== amount.currency) return refuse("move_not_allowed", { field: "terms.feeFixed" });

  const status = command.confirmation === "required" ? "requires_confirmation" : "pending";
  return record({
    ...command,
    type: "PaymentInitiated",
    at,
    orderNumber,
    expiresAt: plus(at, terms.expiresAfterMs),
    public: firstView({ ...command, orderNumber }, status),
  });
};

/**
 * The idempotency key is asked first: a client that repeats itself wants its first answer, and one that uses a key for
 * something else has to be told so, whatever the reference says.
 */
const whereUsed = ({ request }: CommandOf<"InitiatePayment">, payment: Payment, { keyUse }: DecideContext): PaymentDecision | undefined => {
  const known = payment.status === "absent" ? undefined : payment.paymentId;
  if (keyUse !== undefined && keyUse.paymentId !== known) {
    return keyUse.fingerprint === request.fingerprint
      ? refuse("idempotent_replay", { paymentId: keyUse.paymentId })
      : refuse("idempotency_key_reused");
  }
  if (payment.status === "absent") return undefined;
  const { paymentId, orderNumber } = payment;
  if (request.keyHash !== undefined && request.keyHash === payment.request.keyHash) {
    return request.fingerprint === payment.request.fingerprint
      ? refuse("idempotent_replay", { paymentId, orderNumber, status: payment.public.status })
      : refuse("idempotency_key_reused");
  }
  return refuse("reference_already_used", { orderNumber, status: payment.public.status });
};
