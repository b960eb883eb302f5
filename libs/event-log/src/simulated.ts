export * from "./lib/simulated/index.js";
