import { recordSpans } from "./spans.js";

export type Tracing = Readonly<{ stop(): Promise<void> }>;

/**
 * Starts exporting spans over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; otherwise none is made and the SDK is
 * not even loaded. The SDK's other `OTEL_*` variables (protocol, headers, sampler) hold too, read from the process.
 * Metrics stay with Prometheus and logs with standard output: without empty lists the SDK would push them as well, and
 * hold the shutdown where no collector answers.
 */
export const startTracing = async (service: string, env: Readonly<Record<string, string | undefined>>): Promise<Tracing> => {
  if (!env["OTEL_EXPORTER_OTLP_ENDPOINT"]) return { stop: async () => {} };
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({ serviceName: service, instrumentations: [], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  recordSpans(true);
  return {
    stop: async () => {
      recordSpans(false);
      await sdk.shutdown();
    },
  };
};
