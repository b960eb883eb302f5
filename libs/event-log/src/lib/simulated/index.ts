export * from "./seeded-random.js";
export * from "./simulated-broker.js";
export * from "./simulated-event-log.js";
export * from "./simulated-time.js";
export * from "./silent.js";
