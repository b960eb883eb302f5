import type { PlantedBug } from "../planted-bug.js";

const reader = "libs/event-log/dist/lib/chain/chain-reader.js";
const writer = "libs/event-log/dist/lib/chain/chain-writer.js";

/** Mistakes in the rule of the chain. */
export const chainBugs: readonly PlantedBug[] = [
  {
    name: "bare_acknowledgement",
    summary: "an append counts as ours and valid as soon as it is acknowledged, wherever it has landed",
    within: 100,
    patches: [{ module: writer, find: " && outcome.baseOffset === expected && outcome.generation === generation", replace: "" }],
  },
  {
    name: "sequence_for_digest",
    summary: "a record continues the chain when its number is the next, whatever it was written after",
    within: 1_000,
    patches: [{ module: reader, find: "return sameDigest(prev, after.head);", replace: "return true;" }],
  },
];
