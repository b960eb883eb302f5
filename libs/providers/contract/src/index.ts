export * from "./lib/config.js";
export * from "./lib/coverage.js";
export * from "./lib/payment-provider.js";
export * from "./lib/replies.js";
