export * from "./lib/coverage.js";
export * from "./lib/providers.js";
