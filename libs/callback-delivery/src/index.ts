export * from "./lib/callback-body.js";
export * from "./lib/delivery.js";
export * from "./lib/endpoint.js";
export * from "./lib/payment-line.js";
export * from "./lib/schedule.js";
