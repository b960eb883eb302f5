import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, context, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

const propagator = new W3CTraceContextPropagator();
const tracer = trace.getTracer("malipo");

/** The W3C trace context of the active span, to travel in `ce_traceparent`; undefined when nothing is traced. */
export const currentTraceparent = (): string | undefined => {
  const carrier: Record<string, string> = {};
  propagator.inject(context.active(), carrier, { set: (into, key, value) => void (into[key] = value) });
  return carrier["traceparent"];
};

/** Runs a task in a span that continues `traceparent`; records an error and passes it on. */
export const inSpan = async <Result>(
  name: string,
  traceparent: string | undefined,
  attributes: Attributes,
  task: (span: Span) => Promise<Result>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<Result> => {
  const parent =
    traceparent === undefined
      ? context.active()
      : propagator.extract(ROOT_CONTEXT, { traceparent }, { get: (from, key) => from[key as "traceparent"], keys: () => ["traceparent"] });
  const span = tracer.startSpan(name, { attributes, kind }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => task(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
};

export type Tracing = Readonly<{ stop(): Promise<void> }>;

/**
 * Starts exporting spans when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; otherwise every span is a no-op. Metrics stay with
 * Prometheus: without `metricReaders: []` the SDK would push them too and hold the shutdown where no collector answers.
 */
export const startTracing = async (service: string, env: Readonly<Record<string, string | undefined>>): Promise<Tracing> => {
  if (!env["OTEL_EXPORTER_OTLP_ENDPOINT"]) return { stop: async () => {} };
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({ serviceName: service, instrumentations: [], metricReaders: [] });
  sdk.start();
  return { stop: () => sdk.shutdown() };
};
