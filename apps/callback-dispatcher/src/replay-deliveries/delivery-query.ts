import { parseDeliveryId } from "@malipo/callback-delivery";
import type { DeliveryId, DeliveryState } from "@malipo/callback-delivery";
import { invalid } from "@malipo/http-api";
import type { DeliveryFilter } from "../keep-deliveries/callback-store.js";

const states: readonly string[] = ["waiting", "delivered", "parked"] satisfies DeliveryState[];
const texts = ["paymentId", "merchantId", "orderNumber", "reference"] as const;
const known = new Set<string>([...texts, "state", "after", "limit", "attempts"]);

const limitMax = 500;

/** Reads the query of the list; an unknown or unreadable parameter is refused, or a typing error would list everything. */
export const readDeliveryQuery = (query: Readonly<Record<string, unknown>>): { filter: DeliveryFilter; withAttempts: boolean } => {
  const faults: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(query)) {
    if (!known.has(name)) faults[name.slice(0, 64)] = ["is not a known parameter"];
    else if (typeof value !== "string" || value === "" || value.length > 255) faults[name] = ["must be given once, with 1 to 255 characters"];
  }
  const text = (name: string): string | undefined => (typeof query[name] === "string" ? query[name] : undefined);
  const state = text("state");
  if (state !== undefined && !states.includes(state)) faults["state"] = [`must be one of ${states.join(", ")}`];
  const limit = Number(text("limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) faults["limit"] = [`must be a whole number from 1 to ${limitMax}`];
  const after = text("after");
  if (after !== undefined && !isDeliveryId(after)) faults["after"] = ["must be a delivery id"];
  if (Object.keys(faults).length > 0) throw invalid(faults);
  return {
    filter: {
      ...Object.fromEntries(texts.flatMap((name) => (text(name) === undefined ? [] : [[name, text(name)]]))),
      ...(state !== undefined && { state: state as DeliveryState }),
      ...(after !== undefined && { after: after as DeliveryId }),
      limit,
    },
    withAttempts: text("attempts") === "true",
  };
};

export const isDeliveryId = (text: string): text is DeliveryId => {
  try {
    parseDeliveryId(text);
    return true;
  } catch {
    return false;
  }
};
