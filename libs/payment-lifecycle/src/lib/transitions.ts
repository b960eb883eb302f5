import type { PaymentStatus } from "./payment.js";

/*
 *   pending, requires_confirmation ──> processing <──> requires_input
 *        │                                 │                  │
 *        ├──> cancelled, expired           ├──> completed <───┤ (an approval proves that the input was given)
 *        │        │                        └──> failed, expired
 *        └────────┴── accepted late success ──> completed ──> reversed
 */
const moves: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  pending: ["requires_input", "requires_confirmation", "processing", "cancelled", "expired"],
  requires_input: ["processing", "completed", "cancelled", "expired", "failed"],
  requires_confirmation: ["processing", "cancelled", "expired", "failed"],
  processing: ["completed", "failed", "expired", "requires_input"],
  // Out of these only by an accepted late success: a person's decision, never a late message.
  failed: ["completed"],
  expired: ["completed"],
  cancelled: ["completed"],
  completed: ["reversed"],
  reversed: [],
};

export const mayMove = (from: PaymentStatus, to: PaymentStatus): boolean => from === to || moves[from].includes(to);

/** No attempt was started yet, and one still may be. */
export const isWaiting = (status: PaymentStatus): boolean =>
  status === "pending" || status === "requires_input" || status === "requires_confirmation";

/** An attempt was started, and the last word is not spoken. */
export const isUnderWay = (status: PaymentStatus): boolean => status === "processing" || status === "requires_input";

export const endedWithoutMoney = (status: PaymentStatus): boolean =>
  status === "failed" || status === "expired" || status === "cancelled";
