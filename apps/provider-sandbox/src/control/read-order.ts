import { behaviourNames, isBehaviourName } from "../behaviours/behaviours.js";
import { gateStates, type GateState } from "../http/gate.js";
import type { OperationKind, ProviderName, Scenario } from "../ledger/records.js";

/** An order that the control API cannot follow; its message says what is expected. */
export class Misorder extends Error {}

type Json = Readonly<Record<string, unknown>>;

const operations: Readonly<Record<string, OperationKind>> = {
  charge: "charge",
  collect: "charge",
  collection: "charge",
  deposit: "charge",
  payout: "payout",
  refund: "refund",
};

const objectOf = (value: unknown, fields: readonly string[]): Json => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misorder("a JSON object is expected");
  const strange = Object.keys(value).find((name) => !fields.includes(name));
  if (strange !== undefined) throw new Misorder(`unknown field ${strange}; known are ${fields.join(", ")}`);
  return value as Json;
};

export const readProvider = (value: unknown): ProviderName => {
  if (value !== "pawapay" && value !== "daraja") throw new Misorder("provider: pawapay or daraja is expected");
  return value;
};

export const readDate = (value: unknown): string => {
  if (typeof value !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) || Number.isNaN(Date.parse(value))) {
    throw new Misorder("date: YYYY-MM-DD is expected");
  }
  return value;
};

export const readAdvance = (body: unknown): number => {
  const { advanceSeconds } = objectOf(body, ["advanceSeconds"]);
  if (typeof advanceSeconds !== "number" || !(advanceSeconds >= 0 && advanceSeconds <= 10 * 366 * 86_400)) {
    throw new Misorder("advanceSeconds: a number from 0 to ten years is expected");
  }
  return advanceSeconds;
};

export const readListener = (body: unknown): { readonly provider: ProviderName; readonly state: GateState } => {
  const { provider, state } = objectOf(body, ["provider", "state"]);
  if (!gateStates.includes(state as GateState)) throw new Misorder(`state: one of ${gateStates.join(", ")} is expected`);
  return { provider: readProvider(provider), state: state as GateState };
};

export const readScenario = (body: unknown): Omit<Scenario, "scenarioId"> => {
  const { match, behaviour, times } = objectOf(body, ["match", "behaviour", "times"]);
  if (!isBehaviourName(behaviour)) throw new Misorder(`behaviour: one of ${behaviourNames.join(", ")} is expected`);
  if (times !== undefined && !(Number.isInteger(times) && (times as number) > 0)) {
    throw new Misorder("times: a whole number from 1 is expected");
  }
  return { match: readMatch(match ?? {}), behaviour, times: (times as number | undefined) ?? null };
};

const readMatch = (value: unknown): Scenario["match"] => {
  const { payer, provider, operation } = objectOf(value, ["payer", "provider", "operation"]);
  if (payer !== undefined && !(typeof payer === "string" && /^\+?[0-9]{6,15}$/.test(payer))) {
    throw new Misorder("match.payer: the whole number with its country code is expected");
  }
  const kind = operation === undefined ? undefined : operations[String(operation)];
  if (operation !== undefined && !kind) throw new Misorder("match.operation: charge, payout, or refund is expected");
  return {
    ...(payer !== undefined && { payer: (payer as string).replace("+", "") }),
    ...(provider !== undefined && { provider: readProvider(provider) }),
    ...(kind && { operation: kind }),
  };
};
