import type { PlantedBug } from "../planted-bug.js";

const router = "apps/provider-router/dist";
const call = `${router}/call-provider/call-provider.js`;

/** Mistakes in what is sent to a provider, and in what is made of its answers. */
export const routerBugs: readonly PlantedBug[] = [
  {
    name: "caller_check_off",
    summary: "whoever has proposed an attempt sends it, whichever caller the record names",
    within: 50,
    patches: [
      { module: call, find: "if (attempt.caller !== this.caller) {", replace: "if (proposal === undefined) {" },
      { module: call, find: "proposal === undefined || proposal.sendBefore !== attempt.sendBefore", replace: "proposal === undefined" },
    ],
  },
  {
    name: "fail_over_after_unknown",
    summary: "a call without an answer counts as not sent, so the next provider is tried",
    within: 50,
    patches: [
      {
        module: call,
        find: "await this.record(now ?? payment, current ?? attempt, outcome);",
        replace: 'await this.record(now ?? payment, current ?? attempt, outcome.kind === "unknown" ? { kind: "not_sent", cause: outcome.cause } : outcome);',
      },
    ],
  },
  {
    name: "absence_too_early",
    summary: "not found counts as not sent while the request may still be on its way, or not visible yet",
    within: 1_000,
    patches: [
      {
        module: "libs/provider-routing/dist/lib/absence.js",
        find: "notFoundIsProof && askedAt > sendBefore + skewMs + visibilityDelayMs && knownForMs > sendWindowMs + visibilityDelayMs",
        replace: "notFoundIsProof",
      },
    ],
  },
  {
    name: "offset_before_effect",
    summary: "the checkpoint of the evidence moves when a webhook is read, before what it proves is in the commands",
    within: 1_000,
    patches: [
      {
        module: `${router}/interpret-evidence/evidence-consumer.js`,
        find: "for (const wave of wavesOf(records))",
        replace: "await this.progress.done(partition, last.offset + 1);\n            for (const wave of wavesOf(records))",
      },
    ],
  },
  {
    name: "acknowledged_before_evidence",
    summary: "a webhook is acknowledged at once, and put on record afterwards if that works",
    within: 1_300,
    patches: [
      {
        module: `${router}/receive-webhook/receive-webhook.js`,
        find: "await evidence.write(evidencePartition(providerId, correlation), record);",
        replace: "void evidence.write(evidencePartition(providerId, correlation), record).catch(() => undefined);",
      },
    ],
  },
  {
    name: "nobody_asks",
    summary: "providers are not asked: what no webhook and no reply tells is left to a person",
    within: 50,
    patches: [{ module: `${router}/router.js`, find: "this.polls.watch(open.id);", replace: ";" }],
  },
];
