import type { PlantedBug } from "../planted-bug.js";

const items = "libs/event-log/dist/lib/decider/decide-items.js";
const memory = "libs/event-log/dist/lib/decider/partition-memory.js";
const takeOver = "libs/event-log/dist/lib/decider/take-over.js";

/** Mistakes in what a decider remembers, and in what it decides once. */
export const deciderBugs: readonly PlantedBug[] = [
  {
    name: "eviction_before_checkpoint",
    summary: "memory lets go of what is used least, whether the tables have it or not",
    within: 100,
    patches: [
      { module: memory, find: "this.#entries.size <= this.entriesMax || entry.lastOffset >= this.#checkpoint", replace: "this.#entries.size <= this.entriesMax" },
      { module: memory, find: "this.#raiseFloor(entry.lastOffset + 1);", replace: "" },
    ],
  },
  {
    name: "emptied_database_believed",
    summary: "what the tables do not have never happened, however far they are",
    within: 100,
    patches: [
      { module: memory, find: "answer.checkpoint < this.floorOffset", replace: "false" },
      { module: takeOver, find: "answer !== undefined && answer.checkpoint >= floor()", replace: "answer !== undefined" },
    ],
  },
  {
    name: "decided_too_late",
    summary: "a command is decided whenever it comes, its deadline over or not",
    within: 100,
    patches: [{ module: items, find: "decideBefore !== undefined && this.#at > decideBefore", replace: "false" }],
  },
  {
    name: "refused_decided_again",
    summary: "only what was recorded about a payment marks a command as answered: a refused one is decided again when it comes again",
    within: 100,
    patches: [{ module: items, find: " || (refusal && refusal.version > 0)", replace: "" }],
  },
  {
    name: "dedupe_off",
    summary: "a command that comes again is decided again",
    within: 50,
    patches: [{ module: items, find: "entry.causations.includes(envelope.id) || (refusal && refusal.version > 0)", replace: "false" }],
  },
  {
    name: "two_records_per_decision",
    summary: "an approval is put on record as progress with the provider's reference, and once more as completion",
    within: 50,
    patches: [
      {
        module: items,
        find: 'if (decision.kind === "record") {',
        replace: `if (decision.kind === "record") {
                if (decision.event.type === "PaymentCompleted") {
                    const { paymentId, at, attemptId, evidence, providerReference } = decision.event;
                    this.#record(entry, { type: "AttemptProgressed", paymentId, at, attemptId, evidence, knowledge: "in_progress", providerReference }, context, { ...following, subject: aggregateId });
                    entry = this.#entry(aggregateId);
                }`,
      },
    ],
  },
  {
    name: "starting_at_earliest",
    summary: "a take-over reads commands from the earliest on, though answers before the cursor are not remembered (alone it is harmless: every command is known by its answer)",
    within: 50,
    patches: [
      { module: takeOver, find: "return Math.max(start, cursor + 1);", replace: "return start;" },
      { module: memory, find: "events.flatMap(({ causation }) => (causation === undefined ? [] : [causation]))", replace: "[]" },
    ],
  },
  {
    name: "partition_by_payment",
    summary: "commands are spread by payment instead of account, and an Idempotency-Key is looked up where its payment lies",
    within: 50,
    patches: [
      { module: "libs/event-log/dist/lib/commands/command-bus.js", find: "partitionOf(options.account), command.id", replace: "partitionOf(command.subject), command.id" },
      { module: "libs/event-log/dist/lib/commands/command-bus.js", find: "writer.write(partitionOf(options.account), record)", replace: "writer.write(partitionOf(command.subject), record)" },
      { module: "libs/event-log/dist/lib/decider/work-item.js", find: "partitionOf(account) !== record.partition", replace: "partitionOf(envelope.subject) !== record.partition" },
      // Reads follow the payment too, or they alone would tell.
      { module: "apps/payment-intake/dist/api/shared/read-barrier.js", find: "partitionOf(account)", replace: 'typeof account === "number" ? account : partitionOf(account)' },
      {
        module: "apps/payment-intake/dist/api/shared/payment-reader.js",
        find: "this.barrier.read(account, ",
        replace: 'this.barrier.read("orderNumber" in key ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(key.orderNumber[8]) % 12 : account, ',
      },
      {
        module: "apps/payment-intake/dist/api/create-payment/create-payment.handler.js",
        find: "await barrier.read(account, (partition)",
        replace: "await barrier.read(partitionOf(paymentId), (partition)",
      },
      {
        module: "apps/payment-intake/dist/api/create-payment/create-payment.handler.js",
        find: "await this.ports.barrier.read(account, (partition)",
        replace: "await this.ports.barrier.read(partitionOf(paymentId), (partition)",
      },
      {
        module: "apps/payment-intake/dist/api/create-payment/create-payment.handler.js",
        find: "export class CreatePaymentHandler",
        replace: 'import { partitionOf } from "@malipo/kernel";\nexport class CreatePaymentHandler',
      },
    ],
  },
];
