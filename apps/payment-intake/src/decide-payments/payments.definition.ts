import { decodePaymentCommand, fromJsonBytes, paymentEventCodec, type PaymentEventCodec, type RecordedFact, toJsonBytes } from "@malipo/event-contracts";
import { type AggregateDefinition, UnknownEventError } from "@malipo/event-log";
import { type CommandId, drawOrderNumber, type OrderNumber, type PaymentId } from "@malipo/kernel";
import { decide, evolve, initialPayment, type Payment, type PaymentCommand, type PaymentEvent, type Refusal, timersOf } from "@malipo/payment-lifecycle";
import type { Random, Vault } from "@malipo/ports";
import { requestKeyOperation } from "@malipo/projections";
import { source } from "../config.js";
import { sealAnswer } from "./seal-answer.js";

export type PaymentsDefinition = AggregateDefinition<PaymentCommand, RecordedFact, Payment>;
type Ports = Readonly<{ random: Random; vault: Vault; failpoint: (name: string) => void; codec?: PaymentEventCodec }>;

/** Payments, as the decider runtime needs them. Everything but the sealing of a first answer is pure. */
export const paymentsDefinition = ({ random, vault, failpoint, codec = paymentEventCodec }: Ports): PaymentsDefinition => ({
  source,
  commandsTopic: "payments.commands.v1",
  eventsTopic: "payments.events.v1",
  decodeCommand: (type, value) => decodePaymentCommand(type, fromJsonBytes(value)),
  aggregateIdOf: ({ paymentId }) => paymentId,
  requestKeyOf: (command, account) =>
    command.type === "InitiatePayment" && command.request.keyHash !== undefined
      ? { account, operation: command.request.scope, keyHash: command.request.keyHash }
      : undefined,
  draw: (command, { partition, at }) =>
    command.type === "InitiatePayment" ? drawOrderNumber(at, command.method, partition, (bound) => random.below(bound)) : undefined,
  initial: () => initialPayment,
  decide: (command, state, { at, drawn, keyUse }) => {
    failpoint("payment-intake.after_learned_before_recorded");
    return decide(command, state, {
      at,
      ...(drawn !== undefined && { orderNumber: drawn as OrderNumber }),
      ...(keyUse !== undefined && { keyUse: { paymentId: keyUse.aggregateId as PaymentId, fingerprint: keyUse.fingerprint } }),
    });
  },
  evolve: (state, event) => (event.type === "CommandRefused" ? state : evolve(state, event)),
  recordRefusal: (command, decision, { at, commandId }) => ({
    type: "CommandRefused",
    commandId: commandId as CommandId,
    at,
    paymentId: command.paymentId,
    commandType: command.type,
    // The domain says "nothing new" only to what is already so; an API command is told that it may not be done again.
    reason: decision.kind === "refuse" ? (decision.reason as Refusal) : "move_not_allowed",
    ...(decision.kind === "refuse" && decision.details !== undefined && { details: decision.details }),
  }),
  encodeEvent: (event) => {
    const { type, value } = codec.encode(event);
    return { type, value: toJsonBytes(value) };
  },
  decodeEvent: (type, value) => {
    try {
      return codec.decode(type, fromJsonBytes(value));
    } catch (cause) {
      throw new UnknownEventError(`${type} cannot be read here`, { cause });
    }
  },
  claimsOf: (event, account) => {
    if (event.type !== "PaymentInitiated") return undefined;
    const { keyHash, fingerprint } = event.request;
    return {
      drawn: event.orderNumber,
      ...(keyHash !== undefined && { requestKey: { account, operation: requestKeyOperation(event), keyHash, fingerprint } }),
    };
  },
  timersOf: (state) => timersOf(state).map(({ kind, at }) => ({ name: kind, dueAt: at })),
  timerCommand: (name, _id, state) => timersOf(state).find(({ kind }) => kind === name)?.command,
  answer: (event, { account }) =>
    event.type === "PaymentInitiated" && event.request.keyHash !== undefined ? sealAnswer(vault, account, event) : undefined,
});

export type PaymentInitiated = Extract<PaymentEvent, { type: "PaymentInitiated" }>;
