import type { CommandId } from "@malipo/kernel";
import type { CommandRefused, PaymentEvent } from "@malipo/payment-lifecycle";
import {
  type Encoded,
  contract,
  id,
  implied,
  instant,
  literal,
  mapOf,
  money,
  oneOf,
  optional,
  shapeOf,
  text,
  union,
  wholeNumber,
  wireTable,
} from "../codec/index.js";
import { commandTypes, refusals } from "./words.js";
import {
  attemptId,
  caller,
  canceller,
  candidates,
  channelId,
  confirmation,
  direction,
  evidence,
  failureReason,
  input,
  knowledge,
  method,
  nextCandidate,
  orderNumber,
  outcome,
  outcomeWithoutMoney,
  payer,
  paymentId,
  provider,
  publicView,
  request,
  reviewId,
  sealed,
  terms,
} from "./values.js";

export type RecordedFact = PaymentEvent | CommandRefused;

type Of<Type extends RecordedFact["type"]> = Extract<RecordedFact, { type: Type }>;
type Expired<Cause extends string> = Extract<PaymentEvent, { type: "PaymentExpired"; cause: Cause }>;

const onPayment = { paymentId, at: instant };
const seen = { public: publicView };
const maybeSeen = { public: optional(publicView) };
const success = { attemptId, providerReference: text, fee: money, net: money, termsVersion: wholeNumber };

/**
 * What a published version looks like never changes: JSON that was written has to be read for ever. A new shape is a
 * new version; the present codec moves to `past` with an upcaster, and its sample stays where it is.
 */
export const paymentEvents = wireTable<RecordedFact>({
  PaymentInitiated: contract(
    "payments.payment.initiated",
    shapeOf<Of<"PaymentInitiated">>({
      type: implied("PaymentInitiated"),
      ...onPayment,
      direction,
      orderNumber,
      reference: text,
      amount: money,
      method,
      payer: optional(payer),
      terms,
      request,
      confirmation: optional(confirmation),
      callback: optional(sealed),
      expiresAt: instant,
      answer: optional(sealed),
      ...seen,
    }),
  ),
  InputRequested: contract(
    "payments.input.requested",
    shapeOf<Of<"InputRequested">>({
      type: implied("InputRequested"),
      ...onPayment,
      input,
      attemptId,
      providerReference: optional(text),
      evidence,
      ...maybeSeen,
    }),
  ),
  InputSubmitted: contract(
    "payments.input.submitted",
    shapeOf<Of<"InputSubmitted">>({ type: implied("InputSubmitted"), ...onPayment, attemptId, ...maybeSeen }),
  ),
  PaymentConfirmed: contract(
    "payments.payment.confirmed",
    shapeOf<Of<"PaymentConfirmed">>({ type: implied("PaymentConfirmed"), ...onPayment, ...maybeSeen }),
  ),
  AttemptStarted: contract(
    "payments.attempt.started",
    shapeOf<Of<"AttemptStarted">>({
      type: implied("AttemptStarted"),
      ...onPayment,
      attemptId,
      number: wholeNumber,
      provider,
      channelId,
      caller,
      sendBefore: instant,
      resolveBy: instant,
      candidates,
      request: sealed,
      ...maybeSeen,
    }),
  ),
  AttemptProgressed: contract(
    "payments.attempt.progressed",
    shapeOf<Of<"AttemptProgressed">>({
      type: implied("AttemptProgressed"),
      ...onPayment,
      attemptId,
      knowledge,
      providerReference: optional(text),
      cause: optional(text),
      evidence,
    }),
  ),
  AttemptResolved: contract(
    "payments.attempt.resolved",
    shapeOf<Of<"AttemptResolved">>({
      type: implied("AttemptResolved"),
      ...onPayment,
      attemptId,
      outcome: outcomeWithoutMoney,
      next: nextCandidate,
      evidence,
      ...maybeSeen,
    }),
  ),
  PaymentCompleted: contract(
    "payments.payment.completed",
    shapeOf<Of<"PaymentCompleted">>({ type: implied("PaymentCompleted"), ...onPayment, ...success, evidence, ...seen }),
  ),
  PaymentFailed: contract(
    "payments.payment.failed",
    shapeOf<Of<"PaymentFailed">>({
      type: implied("PaymentFailed"),
      ...onPayment,
      attemptId,
      outcome: outcomeWithoutMoney,
      reason: failureReason,
      evidence,
      ...seen,
    }),
  ),
  PaymentExpired: contract(
    "payments.payment.expired",
    union("cause", {
      no_attempt: shapeOf<Expired<"no_attempt">>({
        type: implied("PaymentExpired"),
        ...onPayment,
        cause: literal("no_attempt"),
        ...seen,
      }),
      payer_timeout: shapeOf<Expired<"payer_timeout">>({
        type: implied("PaymentExpired"),
        ...onPayment,
        cause: literal("payer_timeout"),
        attemptId,
        providerCode: text,
        evidence,
        ...seen,
      }),
    }),
  ),
  PaymentCancelled: contract(
    "payments.payment.cancelled",
    shapeOf<Of<"PaymentCancelled">>({ type: implied("PaymentCancelled"), ...onPayment, by: canceller, ...seen }),
  ),
  LateSuccessRecorded: contract(
    "payments.late_success.recorded",
    shapeOf<Of<"LateSuccessRecorded">>({
      type: implied("LateSuccessRecorded"),
      ...onPayment,
      attemptId,
      reviewId,
      providerReference: text,
      evidence,
      ...seen,
    }),
  ),
  LateSuccessAccepted: contract(
    "payments.late_success.accepted",
    shapeOf<Of<"LateSuccessAccepted">>({
      type: implied("LateSuccessAccepted"),
      ...onPayment,
      reviewId,
      by: text,
      ...success,
      ...seen,
    }),
  ),
  SecondSuccessRecorded: contract(
    "payments.second_success.recorded",
    shapeOf<Of<"SecondSuccessRecorded">>({
      type: implied("SecondSuccessRecorded"),
      ...onPayment,
      attemptId,
      reviewId,
      providerReference: text,
      evidence,
      refundProposed: money,
    }),
  ),
  ContradictionRecorded: contract(
    "payments.contradiction.recorded",
    shapeOf<Of<"ContradictionRecorded">>({ type: implied("ContradictionRecorded"), ...onPayment, attemptId, outcome, evidence }),
  ),
  ReviewOpened: contract(
    "payments.review.opened",
    shapeOf<Of<"ReviewOpened">>({ type: implied("ReviewOpened"), ...onPayment, reviewId, kind: oneOf(["unresolved"]), attemptId }),
  ),
  ReviewClosed: contract(
    "payments.review.closed",
    shapeOf<Of<"ReviewClosed">>({ type: implied("ReviewClosed"), ...onPayment, reviewId, by: text, resolution: text }),
  ),
  CommandRefused: contract(
    "payments.command.refused",
    shapeOf<Of<"CommandRefused">>({
      type: implied("CommandRefused"),
      commandId: id<CommandId>(),
      at: instant,
      paymentId,
      commandType: oneOf(commandTypes),
      reason: oneOf(refusals),
      details: optional(mapOf(text)),
    }),
  ),
});

/** A fact as a record of `payments.events.v1`: its `ce_type`, and its value as JSON. */
export const encodePaymentEvent = (event: RecordedFact): Encoded => paymentEvents.encode(event);

/** @throws UnknownTypeError @throws UndecodableError; either way the payment is parked. */
export const decodePaymentEvent = (ceType: string, value: unknown): RecordedFact => paymentEvents.decode(ceType, value);

/** The two as one thing to hand over: what a version of the code writes, and what it can read. Versions meet on the topics. */
export type PaymentEventCodec = Readonly<{ encode: typeof encodePaymentEvent; decode: typeof decodePaymentEvent }>;

export const paymentEventCodec: PaymentEventCodec = { encode: encodePaymentEvent, decode: decodePaymentEvent };
