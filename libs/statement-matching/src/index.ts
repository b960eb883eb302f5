export * from "./lib/attempt-standing.js";
export * from "./lib/breaks.js";
export * from "./lib/match-line.js";
export * from "./lib/statement-line.js";
