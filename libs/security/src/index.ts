export * from "./lib/attempt-token.js";
export * from "./lib/ids.js";
export * from "./lib/pepper.js";
export * from "./lib/redaction.js";
export * from "./lib/sealed-fields.js";
export * from "./lib/standard-webhooks.js";
export * from "./lib/timing-safe.js";
export * from "./lib/tokens.js";
