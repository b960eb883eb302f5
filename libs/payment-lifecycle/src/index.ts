export type { DecideContext, PaymentDecision } from "./lib/decide/context.js";
export { splitByTerms } from "./lib/fees.js";
export * from "./lib/messages.js";
export { decide } from "./lib/payment.decider.js";
export { evolve } from "./lib/payment.evolver.js";
export { initialPayment, openAttempt, type Attempt, type KnownPayment, type Payment, type PaymentStatus, type Review } from "./lib/payment.js";
export { publicStatusOf, publicView } from "./lib/public-view.js";
export { reviewIdOf } from "./lib/review-ids.js";
export { timersOf, type PaymentTimer } from "./lib/timers.js";
