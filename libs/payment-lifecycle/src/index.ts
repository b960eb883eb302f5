export * from "./lib/messages.js";
