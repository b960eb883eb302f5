import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type Payment, evolve, initialPayment } from "@malipo/payment-lifecycle";
import type { Encoded } from "./codec/index.js";
import { decodePaymentCommand, encodePaymentCommand, paymentCommands } from "./payments/commands.js";
import { type RecordedFact, decodePaymentEvent, encodePaymentEvent, paymentEvents } from "./payments/events.js";
import { decodeLifecycleChange, encodeLifecycleChange } from "./payments/lifecycle.js";
import { publishedSchemas } from "./published.js";

type Sample = Encoded & Readonly<{ after?: readonly Encoded[] }>;

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const frozen = JSON.parse(read("samples/frozen.json")) as Readonly<Record<string, string>>;
const sampleOf = (type: string): Sample => JSON.parse(read(`samples/${type}.json`)) as Sample;
const sampleIsCurrent = (type: string): boolean => paymentEvents.wireType(decodePaymentEvent(type, sampleOf(type).value).type) === type;
const types = [...publishedSchemas.keys()].sort();

describe("a published type", () => {
  it("has a frozen sample, and none was ever taken away", () => {
    expect(Object.keys(frozen).sort()).toEqual(types);
    expect(readdirSync(new URL("../../samples/", import.meta.url)).sort()).toEqual([...types.map((type) => `${type}.json`), "frozen.json"].sort());
  });

  it.each(Object.entries(frozen))("keeps the sample of %s byte for byte", (type, digest) => {
    expect(createHash("sha256").update(read(`samples/${type}.json`)).digest("hex")).toBe(digest);
  });

  it.each(types)("has its schema committed: %s", (type) => {
    expect(JSON.parse(read(`schemas/${type}.json`))).toEqual(JSON.parse(JSON.stringify(publishedSchemas.get(type))));
  });

  it("has no schema left behind", () => {
    expect(readdirSync(new URL("../../schemas/", import.meta.url)).sort()).toEqual(types.map((type) => `${type}.json`));
  });
});

describe("a frozen sample", () => {
  it.each([...paymentEvents.schemas.keys()])("of %s is read and folded after what came before it", (type) => {
    const { after = [], value } = sampleOf(type);
    const history = [...after, { type, value }].map((event) => decodePaymentEvent(event.type, event.value));
    const fold = (payment: Payment, event: RecordedFact): Payment => (event.type === "CommandRefused" ? payment : evolve(payment, event));
    const payment = history.reduce(fold, initialPayment);
    expect(payment.status === "absent").toBe(history.at(-1)?.type === "CommandRefused");
  });

  // True of the version that is written now: reading and writing it again changes nothing.
  it.each([...paymentEvents.schemas.keys()].filter((type) => sampleIsCurrent(type)))("of %s is written as it was", (type) => {
    const { value } = sampleOf(type);
    expect(encodePaymentEvent(decodePaymentEvent(type, value))).toEqual({ type, value });
  });

  it.each([...paymentCommands.schemas.keys()])("of the command %s is read and written as it was", (type) => {
    const { value } = sampleOf(type);
    expect(encodePaymentCommand(decodePaymentCommand(type, value))).toEqual({ type, value });
  });

  it("of a lifecycle change holds neither the payer nor a URL", () => {
    const { type, value } = sampleOf("payments.lifecycle.changed.v1");
    expect(encodeLifecycleChange(decodeLifecycleChange(type, value))).toEqual({ type, value });
    expect(JSON.stringify(value)).not.toMatch(/payer|callback|sealed|v1\.key/);
  });
});
