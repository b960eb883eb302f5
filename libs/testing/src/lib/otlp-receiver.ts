import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it came over the wire, as far as specs look at it. */
export type ReceivedSpan = Readonly<{
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  attributes: Readonly<Record<string, unknown>>;
  /** Trace ids. */
  links: readonly string[];
}>;

type Value = Readonly<Record<string, unknown>>;
type Attribute = Readonly<{ key: string; value: Value }>;
type WireSpan = Readonly<{
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes?: readonly Attribute[];
  links?: readonly Readonly<{ traceId: string }>[];
}>;
type Body = Readonly<{
  resourceSpans?: readonly Readonly<{ resource: Readonly<{ attributes: readonly Attribute[] }>; scopeSpans: readonly Readonly<{ spans: readonly WireSpan[] }>[] }>[];
}>;

export interface OtlpReceiver {
  readonly spans: readonly ReceivedSpan[];
  /** Everything that was received, to look for what must not be in it. */
  readonly text: string;
  /** What a process has to be told to export here. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A collector of OTLP/HTTP in JSON that keeps what it is sent. */
export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const spans: ReceivedSpan[] = [];
  let text = "";
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      text += body;
      spans.push(...spansOf(JSON.parse(body) as Body));
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    spans,
    get text() {
      return text;
    },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_MAX_QUEUE_SIZE: "100000",
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const spansOf = ({ resourceSpans = [] }: Body): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)["service.name"]);
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId, name, attributes = [], links = [] }) => ({
        service,
        traceId,
        spanId,
        parentSpanId: parentSpanId || undefined,
        name,
        attributes: valuesOf(attributes),
        links: links.map((link) => link.traceId),
      })),
    );
  });

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
