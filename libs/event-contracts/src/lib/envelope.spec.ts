import { describe, expect, it } from "@jest/globals";
import { type Account, instant } from "@malipo/kernel";
import { type Envelope, readEnvelope, toHeaders } from "./envelope.js";

const least: Envelope = { id: "e1", source: "/malipo/payment-intake", type: "payments.payment.initiated.v1", time: instant(1_776_249_600_000), subject: "p1" };
const full: Envelope = {
  ...least,
  account: "8f14e45fceea167a5a36dedd4bea2543/test" as Account,
  aggregateVersion: 3,
  causation: "c1",
  correlation: "r1",
  commandOffset: 0,
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  decideBefore: instant(1_776_249_610_000),
};

describe("the envelope", () => {
  it.each([["as little as there may be", least], ["all there is", full]])("survives the headers with %s", (_, envelope) => {
    expect(readEnvelope(toHeaders(envelope))).toEqual(envelope);
  });

  it("has header names that are frozen, since the chain's digest covers them", () => {
    expect(Object.keys(toHeaders(full)).sort()).toEqual([
      "ce_account",
      "ce_aggversion",
      "ce_causation",
      "ce_cmdoffset",
      "ce_correlation",
      "ce_decidebefore",
      "ce_id",
      "ce_mode",
      "ce_source",
      "ce_specversion",
      "ce_subject",
      "ce_time",
      "ce_traceparent",
      "ce_type",
      "content-type",
    ]);
  });

  it("reads headers as bytes, as the log hands them over", () => {
    const bytes = Object.fromEntries(Object.entries(toHeaders(full)).map(([name, value]) => [name, new TextEncoder().encode(value)]));
    expect(readEnvelope(bytes)).toEqual(full);
  });

  it.each([{ ce_id: undefined }, { ce_time: "now" }, { ce_cmdoffset: "-1" }, { ce_aggversion: "1.5" }])("is refused with %p", (change) => {
    const headers: Record<string, string> = toHeaders(full);
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete headers[name];
      else headers[name] = value;
    }
    expect(() => readEnvelope(headers)).toThrow(RangeError);
  });
});
