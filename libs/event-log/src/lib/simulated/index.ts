import type { Weakness } from "../chain/weakness.js";

export * from "./seeded-random.js";
export * from "./simulated-broker.js";
export * from "./simulated-event-log.js";
export * from "./simulated-time.js";
export * from "./silent.js";

/** For negative controls: a check that stays green with one of these in place checks nothing. */
export const weakness = (rule: Weakness["rule"]): Weakness => ({ rule }) as Weakness;
