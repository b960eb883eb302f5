export * from "./lib/access-token.verifier.js";
export * from "./lib/merchant-directory.js";
export type { FoundCredential } from "./lib/merchant-table.js";
export * from "./lib/state-record.js";
