export * from "./lib/merchant.decider.js";
export * from "./lib/merchant.evolve.js";
export * from "./lib/merchant.js";
export * from "./lib/messages.js";
export * from "./lib/values.js";
