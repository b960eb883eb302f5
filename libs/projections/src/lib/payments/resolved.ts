import type { PaymentStatus } from "@malipo/payment-lifecycle";

/** In these an `unresolved` review has answered itself: the money's whereabouts became known. */
export const resolvedStatuses: readonly PaymentStatus[] = ["completed", "failed", "cancelled", "expired", "reversed"];
