// For specs alone: builders of commands and arbitrary histories of them.
export * from "./any-commands.js";
export * from "./messages.js";
