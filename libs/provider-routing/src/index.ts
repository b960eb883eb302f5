export * from "./lib/absence.js";
export * from "./lib/choose-provider.js";
export * from "./lib/fail-over.js";
export * from "./lib/judge-webhook.js";
export * from "./lib/poll-schedule.js";
export * from "./lib/provider-health.js";
