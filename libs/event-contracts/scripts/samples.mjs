// One sample per published type: `after` holds the records that came before it, oldest first, so that it can be
// folded; `value` is what is on the log. Histories come from the decider itself.
import { instant, plus } from "@malipo/kernel";
import { decide, evolve, initialPayment } from "@malipo/payment-lifecycle";
import * as make from "@malipo/payment-lifecycle/testing";
import { encodeLifecycleChange, encodePaymentCommand, encodePaymentEvent, lifecycleChangeOf } from "../dist/index.js";

const next = make.channel("mobex");
const confirmed = make.initiate({ confirmation: "required" });
const late = [make.initiate(), make.begin("a1", 1), make.decline("a1"), make.approval("a1")];

/** Each history ends with the fact that it is a sample of. */
const histories = [
  [make.initiate()],
  [make.initiate(), make.begin("a1", 1)],
  [make.initiate(), make.begin("a1", 1), make.inProgress("a1", "ws_CO_1")],
  [make.initiate(), make.begin("a1", 1), make.asksForCode("a1")],
  [make.initiate(), make.begin("a1", 1), make.asksForCode("a1"), make.provideInput("a1")],
  [make.initiate(), make.begin("a1", 1), make.decline("a1", "payer_limit", next)],
  [make.initiate(), make.begin("a1", 1), make.approval("a1")],
  [make.initiate(), make.begin("a1", 1), make.decline("a1")],
  [make.initiate(), make.begin("a1", 1), make.decline("a1", "payer_timeout")],
  [make.initiate(), make.cancel],
  late,
  [...late, make.acceptLate("late_success-a1")],
  [make.initiate(), make.begin("a1", 1), make.decline("a1", "payer_limit", next), make.begin("a2", 2, next), make.approval("a2"), make.approval("a1")],
  [make.initiate(), make.begin("a1", 1), make.approval("a1"), make.decline("a1")],
  [make.initiate(), make.begin("a1", 1), make.openReview("unresolved-a1")],
  [...late, make.closeReview("late_success-a1")],
  [confirmed, make.confirm],
];

const play = (commands) => {
  let payment = initialPayment;
  let at = make.startedAt;
  return commands.map((command) => {
    at = plus(at, 31_000);
    const decision = decide(command, payment, { at, orderNumber: make.orderNumber });
    if (decision.kind !== "record") throw new Error(`${command.type}: ${JSON.stringify(decision)}`);
    payment = evolve(payment, decision.event);
    return decision.event;
  });
};

const refused = {
  type: "CommandRefused",
  commandId: "019634b2-5a10-7c3e-9f21-6d0e8a4b7c55",
  at: instant(make.startedAt),
  paymentId: make.paymentId,
  commandType: "InitiatePayment",
  reason: "reference_already_used",
  details: { orderNumber: make.orderNumber, status: "processing" },
};

const commands = [
  make.initiate(),
  make.provideInput("a1"),
  make.confirm,
  make.cancel,
  make.begin("a1", 1),
  make.decline("a1", "payer_limit", next),
  make.expire,
  make.openReview("unresolved-a1"),
  make.closeReview("unresolved-a1"),
  make.acceptLate("late_success-a1"),
];

export const makeSamples = () => {
  const samples = new Map();
  for (const history of histories) {
    const events = play(history).map((event) => encodePaymentEvent(event));
    const { type, value } = events.at(-1);
    if (!samples.has(type)) samples.set(type, { type, after: events.slice(0, -1), value });
  }
  const { type, value } = encodePaymentEvent(refused);
  samples.set(type, { type, after: [], value });
  for (const command of commands) {
    const encoded = encodePaymentCommand(command);
    samples.set(encoded.type, { type: encoded.type, value: encoded.value });
  }
  const change = encodeLifecycleChange(lifecycleChangeOf(play([make.initiate()])[0]));
  samples.set(change.type, { type: change.type, value: change.value });
  return samples;
};
