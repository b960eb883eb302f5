export * from "./judges.js";
export { runSeed, type RunOptions, type SeedResult } from "./lib/world/run-seed.js";
export { type FaultKind, faultKinds, faultTable, isFaultKind } from "./lib/world/faults/fault-kinds.js";
export type { FaultSwitches, Injected } from "./lib/world/faults/faults.js";
export { firstRed, type Caught } from "./lib/controls/run-controls.js";
export type { PlantedBug } from "./lib/controls/planted-bug.js";
export { plantedBugs } from "./lib/controls/planted-bugs.js";
