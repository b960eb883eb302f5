import type { PlantedBug } from "../planted-bug.js";

const chain = "libs/event-log/dist/lib/chain";

/** Mistakes in the rule of the chain: who may believe what about an append, and about the log. */
export const chainBugs: readonly PlantedBug[] = [
  {
    name: "bare_acknowledgement",
    summary: "an append counts as ours and valid as soon as it is acknowledged, wherever it has landed",
    within: 100,
    patches: [
      {
        module: `${chain}/append-meaning.js`,
        find: 'return outcome.baseOffset === expected && outcome.generation === generation ? "mine" : "unknown";',
        replace: 'return "mine";',
      },
    ],
  },
  {
    name: "sequence_for_digest",
    summary: "a record continues the chain when its number is the next, whatever it was written after",
    within: 500,
    patches: [{ module: `${chain}/chain-reader.js`, find: "return sameDigest(prev, after.head);", replace: "return true;" }],
  },
  {
    name: "no_reread_after_reconnect",
    summary: "what was folded before a connection broke is believed after it, without another look at the log",
    within: 100,
    patches: [{ module: `${chain}/chain-tail.js`, find: "return this.#verifiedGeneration === this.options.log.generation;", replace: "return this.#verifiedGeneration >= 0;" }],
  },
  {
    name: "refilled_tail",
    summary: "a lost tail that another writer has filled again is taken for the old one: only the numbers are compared",
    within: 300,
    patches: [{ module: `${chain}/verify-position.js`, find: "if (sameDigest(recordDigest(prev, position.seq, record), position.head))", replace: "if (true)" }],
  },
  {
    name: "header_after_digest",
    summary: "something adds a header to a record on its way out, after the digest was taken",
    within: 50,
    patches: [{ module: `${chain}/chain-reader.js`, find: "[prevHeader]: head };", replace: '[prevHeader]: head, traceparent: "00-added-on-the-way-01" };' }],
  },
  {
    name: "reply_before_append",
    summary: "a decision is folded and answered as soon as it is taken, while its append is still out",
    within: 50,
    patches: [
      {
        module: `${chain}/chain-writer.js`,
        find: "const outcomes = await log.append(",
        replace: "for (const [partition, records] of linked) tail.install(partition, records);\n        const outcomes = await log.append(",
      },
    ],
  },
];
