import type { PlantedBug } from "../planted-bug.js";

/** Mistakes in what an older version makes of events that only a newer one knows. */
export const versionBugs: readonly PlantedBug[] = [
  {
    name: "callback_past_unread",
    summary: "an event that cannot be read is parked, and the callbacks after it go out as if it had not been there",
    within: 50,
    patches: [{ module: "apps/callback-dispatcher/dist/callback-service.js", find: "unread.push(holdRecord(record));", replace: "" }],
  },
  {
    name: "attempt_past_unread",
    summary: "the router parks an event that it cannot read, and goes on with what it knows of the payment",
    within: 1_400,
    patches: [
      { module: "apps/provider-router/dist/track-payments/payment-book.js", find: "if (this.held.has(paymentId))", replace: "if (false)" },
      { module: "apps/provider-router/dist/track-payments/held-payments.js", find: "this.keep(event.paymentId, [event]);", replace: "this.held = [];" },
    ],
  },
  {
    name: "rows_never_made_anew",
    summary: "the newer version leaves the rows of a payment as the older one had to leave them",
    within: 200,
    patches: [{ module: "apps/payment-intake/dist/project-payments/payment-projector.js", find: "if (paymentIds.length === 0)", replace: "if (true)" }],
  },
  {
    name: "statement_past_unread",
    summary: "reconciliation passes over what it cannot read, and never hears of the money in it",
    within: 250,
    patches: [
      {
        module: "apps/reconciliation/dist/reconciliation-service.js",
        find: "return read && this.#keeper.takeEvents({ topic: EVENTS, partition, ...read }, items);",
        replace: "this.#unread.clear();",
      },
    ],
  },
  {
    name: "decided_past_unread",
    summary: "the decider folds a history without the events that it cannot read",
    within: 1_250,
    patches: [
      { module: "libs/event-log/dist/lib/decider/partition-memory.js", find: "lastOffset: record.offset, parked: reasonOf(error) }", replace: "lastOffset: record.offset }" },
      { module: "libs/event-log/dist/lib/decider/partition-memory.js", find: "parked ??= reasonOf(error);", replace: "" },
    ],
  },
];
