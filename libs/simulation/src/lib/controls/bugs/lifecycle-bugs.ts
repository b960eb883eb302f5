import type { PlantedBug } from "../planted-bug.js";

const lifecycle = "libs/payment-lifecycle/dist/lib";

/** Mistakes in what may happen to a payment. */
export const lifecycleBugs: readonly PlantedBug[] = [
  {
    name: "timer_writes_state",
    summary: "the clock ends what has taken too long: an attempt without a word by resolveBy is called failed",
    within: 150,
    patches: [
      {
        module: `${lifecycle}/timers.js`,
        find: 'command: { type: "OpenReview", paymentId, reviewId }',
        replace: 'command: { type: "RecordOutcome", paymentId, attemptId: last.id, outcome: { kind: "declined", reason: "provider_unavailable", providerCode: "TIME_OVER" }, evidence: { source: "query" } }',
      },
    ],
  },
  {
    name: "new_attempt_after_unknown",
    summary: "a call without an answer is tried again at the same provider, under a new attempt id",
    within: 50,
    patches: [
      {
        module: `${lifecycle}/decide/record-outcome.js`,
        find: 'case "unknown":',
        replace: `case "unknown":
            if (outcome.kind === "unknown") {
                const { provider, channelId } = attempt;
                return recordNoMoney({ kind: "not_sent", cause: outcome.cause }, { provider, channelId }, witness, payment, attempt);
            }`,
      },
    ],
  },
  {
    name: "late_success_flips",
    summary: "an approval completes the payment whatever it was called meanwhile, and nobody looks at it",
    within: 50,
    patches: [
      { module: `${lifecycle}/decide/record-approval.js`, find: "if (isOpen(attempt)) {", replace: "if (true) {" },
      {
        module: `${lifecycle}/evolve-steps.js`,
        find: 'const isLate = event.type === "LateSuccessRecorded"',
        replace: 'const isLate = (event.type === "PaymentCompleted" && !isOpen(before)) || event.type === "LateSuccessRecorded"',
      },
    ],
  },
];
