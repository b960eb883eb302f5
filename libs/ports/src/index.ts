export * from "./lib/clock.js";
export * from "./lib/event-log.js";
export * from "./lib/http-client.js";
export * from "./lib/key-ring.js";
export * from "./lib/logger.js";
export * from "./lib/metrics.js";
export * from "./lib/vault.js";
