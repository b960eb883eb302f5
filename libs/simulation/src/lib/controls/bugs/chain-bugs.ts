import type { PlantedBug } from "../planted-bug.js";

const reader = "libs/event-log/dist/lib/chain/chain-reader.js";
const meaning = "libs/event-log/dist/lib/chain/append-meaning.js";

/** Mistakes in the rule of the chain. */
export const chainBugs: readonly PlantedBug[] = [
  {
    name: "bare_acknowledgement",
    summary: "an append counts as ours and valid as soon as it is acknowledged, wherever it has landed",
    within: 100,
    patches: [{ module: meaning, find: 'return outcome.baseOffset === expected && outcome.generation === generation ? "mine" : "unknown";', replace: 'return "mine";' }],
  },
  {
    name: "sequence_for_digest",
    summary: "a record continues the chain when its number is the next, whatever it was written after",
    within: 1_000,
    patches: [{ module: reader, find: "return sameDigest(prev, after.head);", replace: "return true;" }],
  },
];
