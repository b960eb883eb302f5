declare const weakened: unique symbol;

/**
 * Takes one rule of the chain out, to show that a check notices its absence. Made only by `@malipo/event-log/simulated`,
 * which no service imports.
 */
export type Weakness = Readonly<{ rule: "bare_acknowledgement" | "sequence_number" | "no_reread"; readonly [weakened]: true }>;
