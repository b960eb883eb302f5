import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type Merchant, PLATFORM_ID, evolve, initialMerchant } from "@malipo/merchant-lifecycle";
import { type Encoded, UndecodableError, UnknownTypeError, toJsonBytes } from "../codec/index.js";
import { decodeMerchantCommand, encodeMerchantCommand, merchantCommands } from "./commands.js";
import { type RecordedMerchantFact, decodeMerchantEvent, encodeMerchantEvent, merchantEvents } from "./events.js";
import { MERCHANT_STATE_TYPE, decodeMerchantState, encodeMerchantState } from "./state.js";

const sampleOf = (type: string) =>
  JSON.parse(readFileSync(new URL(`../../../samples/${type}.json`, import.meta.url), "utf8")) as Encoded & { after?: readonly Encoded[] };
const fold = (state: Merchant, event: RecordedMerchantFact): Merchant => (event.type === "MerchantCommandRefused" ? state : evolve(state, event));

describe("a frozen sample of a merchant's fact", () => {
  it.each([...merchantEvents.schemas.keys()])("%s is read, folded after what came before it, and written as it was", (type) => {
    const { after = [], value } = sampleOf(type);
    const history = [...after, { type, value }].map((event) => decodeMerchantEvent(event.type, event.value));
    const state = history.reduce(fold, initialMerchant(history[0]!.merchantId));
    expect(state.version).toBe(history.filter((event) => event.type !== "MerchantCommandRefused").length);
    if (state.version > 0) expect(state.kind).toBe(history[0]!.merchantId === PLATFORM_ID ? "platform" : "merchant");
    expect(encodeMerchantEvent(history.at(-1)!)).toEqual({ type, value });
  });

  it.each([...merchantCommands.schemas.keys()])("the command %s is read and written as it was", (type) => {
    const { value } = sampleOf(type);
    expect(encodeMerchantCommand(decodeMerchantCommand(type, value))).toEqual({ type, value });
  });

  it("the state is read and written as it was", () => {
    const { value } = sampleOf(MERCHANT_STATE_TYPE);
    const state = decodeMerchantState(toJsonBytes(value));
    expect(JSON.parse(Buffer.from(encodeMerchantState(state)).toString())).toEqual(value);
  });
});

describe("what is no merchant's fact", () => {
  it("is refused by type and by shape", () => {
    expect(() => decodeMerchantEvent("merchants.merchant.onboarded.v9", {})).toThrow(UnknownTypeError);
    expect(() => decodeMerchantEvent("merchants.merchant.onboarded.v1", { merchantId: "x", at: "2026-04-15T08:00:00.000Z", name: "n" })).toThrow(UndecodableError);
    expect(() => decodeMerchantState(toJsonBytes({ kind: "someone" }))).toThrow(UndecodableError);
  });
});
