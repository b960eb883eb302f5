export * from "./judges.js";
export { runSeed, type RunOptions, type SeedResult } from "./lib/world/run-seed.js";
export { type FaultKind, faultKinds, faultTable, isFaultKind } from "./lib/world/faults/fault-kinds.js";
export type { FaultSwitches, Injected } from "./lib/world/faults/faults.js";
export type { Plant } from "./lib/world/surroundings.js";
export { controls, firstRed, plants, replay, simulate, type SeedsOptions } from "./lib/run-seeds.js";
