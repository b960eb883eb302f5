export * from "./lib/codec/index.js";
export * from "./lib/envelope.js";
export * from "./lib/payments/commands.js";
export * from "./lib/payments/events.js";
export * from "./lib/payments/lifecycle.js";
export * as paymentValues from "./lib/payments/values.js";
export * from "./lib/topics.js";
