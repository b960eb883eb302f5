import type { Outcome } from "@malipo/payment-lifecycle";
import type { HttpOutcome } from "@malipo/ports";

export type JsonObject = Readonly<Record<string, unknown>>;

/** A provider's JSON object, or undefined for whatever else came: such a reply tells nothing about the money. */
export const readJsonObject = (body: Uint8Array): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
};

export const textAt = (object: JsonObject | undefined, name: string): string | undefined => {
  const value = object?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const objectAt = (object: JsonObject | undefined, name: string): JsonObject | undefined => {
  const value = object?.[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
};

/** What a call that brought no reply says; the same for every provider. */
export const withoutReply = (outcome: Exclude<HttpOutcome, { kind: "response" }>): Outcome =>
  outcome.kind === "not_sent" ? { kind: "not_sent", cause: outcome.cause } : { kind: "unknown", cause: outcome.cause };

export const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
