export * from "./lib/chain/chain-record.js";
export * from "./lib/commands/command-bus.types.js";
export * from "./lib/decider/aggregate-definition.js";
export * from "./lib/decider/decider-store.js";
export * from "./lib/writer/topic-writer.errors.js";
