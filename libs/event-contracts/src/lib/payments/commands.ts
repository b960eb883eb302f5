import type { PaymentCommand } from "@malipo/payment-lifecycle";
import { type Encoded, contract, implied, instant, money, optional, shapeOf, text, wholeNumber, wireTable } from "../codec/index.js";
import {
  attemptId,
  caller,
  canceller,
  candidates,
  channelId,
  confirmation,
  direction,
  evidence,
  method,
  nextCandidate,
  outcome,
  payer,
  paymentId,
  provider,
  request,
  reviewId,
  sealed,
  terms,
} from "./values.js";

type Of<Type extends PaymentCommand["type"]> = Extract<PaymentCommand, { type: Type }>;

/** Commands live for seven days, so an old version is read for at least that long after the last one was written. */
export const paymentCommands = wireTable<PaymentCommand>({
  InitiatePayment: contract(
    "payments.payment.initiate",
    shapeOf<Of<"InitiatePayment">>({
      type: implied("InitiatePayment"),
      paymentId,
      direction,
      reference: text,
      amount: money,
      method,
      payer: optional(payer),
      terms,
      request,
      confirmation: optional(confirmation),
      callback: optional(sealed),
    }),
  ),
  ProvideInput: contract("payments.input.provide", shapeOf<Of<"ProvideInput">>({ type: implied("ProvideInput"), paymentId, attemptId })),
  ConfirmPayment: contract("payments.payment.confirm", shapeOf<Of<"ConfirmPayment">>({ type: implied("ConfirmPayment"), paymentId })),
  CancelPayment: contract(
    "payments.payment.cancel",
    shapeOf<Of<"CancelPayment">>({ type: implied("CancelPayment"), paymentId, by: canceller }),
  ),
  BeginAttempt: contract(
    "payments.attempt.begin",
    shapeOf<Of<"BeginAttempt">>({
      type: implied("BeginAttempt"),
      paymentId,
      attemptId,
      number: wholeNumber,
      provider,
      channelId,
      caller,
      sendBefore: instant,
      candidates,
      request: sealed,
    }),
  ),
  RecordOutcome: contract(
    "payments.outcome.record",
    shapeOf<Of<"RecordOutcome">>({
      type: implied("RecordOutcome"),
      paymentId,
      attemptId,
      outcome,
      evidence,
      next: optional(nextCandidate),
    }),
  ),
  ExpirePayment: contract("payments.payment.expire", shapeOf<Of<"ExpirePayment">>({ type: implied("ExpirePayment"), paymentId })),
  OpenReview: contract("payments.review.open", shapeOf<Of<"OpenReview">>({ type: implied("OpenReview"), paymentId, reviewId })),
  CloseReview: contract(
    "payments.review.close",
    shapeOf<Of<"CloseReview">>({ type: implied("CloseReview"), paymentId, reviewId, by: text, resolution: text }),
  ),
  AcceptLateSuccess: contract(
    "payments.late_success.accept",
    shapeOf<Of<"AcceptLateSuccess">>({ type: implied("AcceptLateSuccess"), paymentId, reviewId, by: text }),
  ),
});

/** A command as a record of `payments.commands.v1`: its `ce_type`, and its value as JSON. */
export const encodePaymentCommand = (command: PaymentCommand): Encoded => paymentCommands.encode(command);

/** @throws UnknownTypeError @throws UndecodableError; either way the command is parked. */
export const decodePaymentCommand = (ceType: string, value: unknown): PaymentCommand => paymentCommands.decode(ceType, value);
