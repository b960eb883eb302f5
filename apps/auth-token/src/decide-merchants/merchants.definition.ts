import type { AggregateDefinition } from "@malipo/event-log";
import { UnknownEventError } from "@malipo/event-log";
import {
  type RecordedMerchantFact,
  decodeMerchantCommand,
  decodeMerchantEvent,
  encodeMerchantEvent,
  fromJsonBytes,
  toJsonBytes,
} from "@malipo/event-contracts";
import type { CommandId, MerchantId } from "@malipo/kernel";
import { type Merchant, type MerchantCommand, type MerchantRefusal, decide, evolve, initialMerchant } from "@malipo/merchant-lifecycle";

/** Merchants and the platform, as the decider runtime needs them: no request keys, no drawn ids, no timers. */
export const merchantsDefinition: AggregateDefinition<MerchantCommand, RecordedMerchantFact, Merchant> = {
  source: "/malipo/auth-token",
  commandsTopic: "merchants.commands.v1",
  eventsTopic: "merchants.events.v1",
  decodeCommand: (type, value) => decodeMerchantCommand(type, fromJsonBytes(value)),
  aggregateIdOf: ({ merchantId }) => merchantId,
  initial: (aggregateId) => initialMerchant(aggregateId as MerchantId),
  decide: (command, state, { at }) => decide(command, state, { at }),
  evolve: (state, event) => (event.type === "MerchantCommandRefused" ? state : evolve(state, event)),
  recordRefusal: (command, decision, { commandId, at }) => ({
    type: "MerchantCommandRefused",
    commandId: commandId as CommandId,
    at,
    merchantId: command.merchantId,
    commandType: command.type,
    reason: decision.kind === "refuse" ? (decision.reason as MerchantRefusal) : "nothing_new",
  }),
  encodeEvent: (event) => {
    const { type, value } = encodeMerchantEvent(event);
    return { type, value: toJsonBytes(value) };
  },
  decodeEvent: (type, value) => {
    try {
      return decodeMerchantEvent(type, fromJsonBytes(value));
    } catch (cause) {
      throw new UnknownEventError(`${type} cannot be read here`, { cause });
    }
  },
  claimsOf: () => undefined,
  timersOf: () => [],
  timerCommand: () => undefined,
};
