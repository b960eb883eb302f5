import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Tracing, startTracing } from "@malipo/runtime";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "@malipo/testing";
import type { FaultKind } from "./faults/fault-kinds.js";
import { runSeed } from "./run-seed.js";

// A process that is killed, or that gives up, never ends its spans: only faults that all processes live through.
const survived = [
  "late_append",
  "duplicated_append",
  "lost_acknowledgement",
  "lagging_projector",
  "provider_silent",
  "charge_then_reset",
  "webhook_repeated",
  "webhook_shuffled",
  "endpoint_failing",
  "callback_answer_lost",
] as const satisfies readonly FaultKind[];

const names = (spans: readonly ReceivedSpan[]): string[] => spans.map(({ name }) => name);

describe("the traces of a world's payments", () => {
  let receiver: OtlpReceiver;
  let tracing: Tracing;
  let traces: ReadonlyMap<string, readonly ReceivedSpan[]>;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    Object.assign(process.env, receiver.env);
    tracing = await startTracing("simulation", process.env);
    expect((await runSeed(3, { faults: { only: survived } })).violations).toEqual([]);
    await tracing.stop();
    traces = Map.groupBy(receiver.spans, ({ traceId }) => traceId);
  });
  afterAll(() => receiver.stop());

  it("hold a payment's create, decisions, provider call, and callbacks together", () => {
    const whole = [...traces.values()].filter((spans) => {
      const called = names(spans);
      return called.some((name) => name.startsWith("collect ")) && called.includes("send callback");
    });
    expect(whole.length).toBeGreaterThan(2);
    for (const spans of whole) {
      expect(names(spans)).toEqual(
        expect.arrayContaining([
          "execute payments.payment.initiate.v1",
          "decide payments.payment.initiate.v1",
          "begin attempt",
          "send payments.attempt.begin.v1",
          "decide payments.attempt.begin.v1",
          "decide payments.outcome.record.v1",
        ]),
      );
      const ids = new Set(spans.map(({ spanId }) => spanId));
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
      expect(names(roots)).toEqual(["execute payments.payment.initiate.v1"]);
      for (const { parentSpanId } of spans) if (parentSpanId !== undefined) expect(ids).toContain(parentSpanId);
      const payments = new Set(spans.flatMap(({ attributes }) => attributes["malipo.payment"] ?? []));
      expect(payments.size).toBe(1);
    }
  });

  it("link each webhook, a trace of its own, to the payment's it tells of", () => {
    const webhooks = receiver.spans.filter(({ name, links }) => name === "interpret webhook" && links.length > 0);
    expect(webhooks.length).toBeGreaterThan(0);
    for (const { traceId, links } of webhooks) {
      expect(links).not.toContain(traceId);
      for (const link of links) expect(names(traces.get(link)!)).toContain("execute payments.payment.initiate.v1");
    }
  });

  it("show no address, phone number, or error text", () => {
    expect(receiver.text).not.toMatch(/https?:\/\/(?!opentelemetry)/);
    const told = receiver.spans.flatMap(({ attributes }) => Object.keys(attributes));
    for (const key of new Set(told)) expect(key).toMatch(/^(malipo|messaging|http|error)\./);
  });
});
