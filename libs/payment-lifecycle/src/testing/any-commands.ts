import fc from "fast-check";
import { type Caller, type Instant, plus } from "@malipo/kernel";
import type { FailureReason, PaymentCommand, PaymentEvent } from "../lib/messages.js";
import { decide } from "../lib/payment.decider.js";
import { evolve } from "../lib/payment.evolver.js";
import { type Payment, initialPayment } from "../lib/payment.js";
import {
  acceptLate,
  approval,
  asksForCode,
  begin,
  cancel,
  channel,
  closeReview,
  confirm,
  decline,
  expire,
  inProgress,
  initiate,
  notSent,
  openReview,
  orderNumber,
  provideInput,
  startedAt,
  terms,
  unknown,
  usd,
} from "./messages.js";

export type Timed = Readonly<{ command: PaymentCommand; waitMs: number }>;

const attemptIds = ["a1", "a2"] as const;
const anyAttempt = fc.constantFrom(...attemptIds);
const next = channel("mobex");
const reasons: readonly FailureReason[] = ["insufficient_funds", "payer_timeout", "cancelled", "unspecified"];
const maybeNext = fc.option(fc.constant(next), { nil: undefined });

/** Mostly sensible, so that sequences get far, with everything else strewn in: wrong numbers, late words, repeats. */
const anyCommand: fc.Arbitrary<PaymentCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...attemptIds.map((id, index) => begin(id, index + 1, index === 0 ? {} : next))) },
  { weight: 1, arbitrary: fc.constant(begin("a1", 1, { caller: "router-2#boot" as Caller })) },
  { weight: 1, arbitrary: fc.constant(begin("a3", 3)) },
  { weight: 4, arbitrary: anyAttempt.map(approval) },
  { weight: 6, arbitrary: fc.tuple(anyAttempt, fc.constantFrom(...reasons), maybeNext).map(([id, reason, to]) => decline(id, reason, to)) },
  { weight: 3, arbitrary: fc.tuple(anyAttempt, maybeNext).map(([id, to]) => notSent(id, to)) },
  { weight: 3, arbitrary: fc.tuple(anyAttempt, fc.constantFrom(undefined, "ws-1", "ws-2")).map(([id, ref]) => inProgress(id, ref)) },
  { weight: 2, arbitrary: anyAttempt.map(unknown) },
  { weight: 7, arbitrary: anyAttempt.map(asksForCode) },
  { weight: 7, arbitrary: anyAttempt.map(provideInput) },
  { weight: 4, arbitrary: fc.constantFrom(confirm, confirm, cancel, expire) },
  { weight: 2, arbitrary: anyAttempt.map((id) => openReview(`unresolved-${id}`)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("late_success", "unresolved"), anyAttempt).map(([kind, id]) => closeReview(`${kind}-${id}`)) },
  { weight: 3, arbitrary: anyAttempt.map((id) => acceptLate(`late_success-${id}`)) },
  { weight: 1, arbitrary: fc.constant(initiate()) },
);

const anyBeginning: fc.Arbitrary<PaymentCommand> = fc
  .record({
    minor: fc.integer({ min: 1, max: 2_000 }),
    feeFixed: fc.integer({ min: 0, max: 300 }),
    feeBasisPoints: fc.integer({ min: 0, max: 12_000 }),
    confirmation: fc.nat(4).map((drawn) => drawn === 0),
  })
  .map(({ minor, feeFixed, feeBasisPoints, confirmation }) =>
    initiate({
      amount: usd(minor),
      terms: { ...terms, feeFixed: usd(feeFixed), feeBasisPoints },
      ...(confirmation && { confirmation: "required" as const }),
    }),
  );

const timed = (command: fc.Arbitrary<PaymentCommand>): fc.Arbitrary<Timed> =>
  fc.record({ command, waitMs: fc.constantFrom(0, 1, 1_000, 40_000) });

const failedOver: readonly PaymentCommand[] = [begin("a1", 1), decline("a1", "unspecified", next), begin("a2", 2, next)];
const wayIn: fc.Arbitrary<readonly Timed[]> = fc
  .constantFrom([], failedOver.slice(0, 1), failedOver, [...failedOver, approval("a1")])
  .map((commands) => commands.map((command) => ({ command, waitMs: 0 })));

/** Any commands in any order after a beginning; often with one or two attempts already made, where most can go wrong. */
export const anyCommands: fc.Arbitrary<readonly Timed[]> = fc
  // Without a bias: it would draw the same few commands again and again.
  .tuple(timed(anyBeginning), wayIn, fc.noBias(fc.array(timed(anyCommand), { maxLength: 30, size: "max" })))
  .map(([first, made, rest]) => [first, ...made, ...rest]);

export type Moment = Readonly<{ command: PaymentCommand; before: Payment; after: Payment; at: Instant; event?: PaymentEvent }>;

/** Decides them one after the other, as a decider would. */
export const play = (commands: readonly Timed[]): readonly Moment[] => {
  const moments: Moment[] = [];
  let payment: Payment = initialPayment;
  let at: Instant = startedAt;
  for (const { command, waitMs } of commands) {
    at = plus(at, waitMs);
    const decision = decide(command, payment, { at, orderNumber });
    const before = payment;
    if (decision.kind === "record") payment = evolve(payment, decision.event);
    moments.push({ command, before, after: payment, at, ...(decision.kind === "record" && { event: decision.event }) });
  }
  return moments;
};

export const eventsOf = (moments: readonly Moment[]): readonly PaymentEvent[] => moments.flatMap(({ event }) => (event === undefined ? [] : [event]));
