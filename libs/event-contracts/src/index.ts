export * from "./lib/envelope.js";
export * from "./lib/topics.js";
