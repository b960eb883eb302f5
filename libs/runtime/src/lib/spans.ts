import { type Attributes, type Context, ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("malipo");
const traceparentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

export type SpanStart = Readonly<{
  kind?: keyof typeof kinds;
  /** W3C `traceparent` that the span continues; without one it begins a trace of its own. */
  parent?: string | undefined;
  /** Other traces that it has to do with. */
  links?: readonly string[];
  /** Ids, names, and outcomes. Never an address, a phone number, a URL, or the text of an error. */
  attributes?: Attributes;
  /** Milliseconds since 1970; now by default. */
  startMs?: number;
}>;

export interface RunningSpan {
  /** To travel on, in `ce_traceparent`, to whoever goes on from here. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  link(traceparent: string | undefined): void;
  /** Once; a second time changes nothing. `problem` is a code or the name of an error. */
  end(problem?: string, endMs?: number): void;
}

let recording = false;

/** Set by `startTracing` alone. */
export const recordSpans = (on: boolean): void => void (recording = on);

/** Whether spans are exported at all: what is on a hot path asks before it prepares anything. */
export const isTracing = (): boolean => recording;

/**
 * Undefined while nothing is exported, which costs this one comparison. Context is handed on by hand, since it crosses
 * topics anyway; there is no ambient one to get lost.
 */
export const beginSpan = (name: string, start: SpanStart = {}): RunningSpan | undefined => {
  if (!recording) return undefined;
  const { kind = "internal", parent, links = [], attributes, startMs } = start;
  const span = tracer.startSpan(
    name,
    {
      kind: kinds[kind],
      links: links.flatMap((one) => linkTo(one) ?? []),
      ...(attributes !== undefined && { attributes }),
      ...(startMs !== undefined && { startTime: startMs }),
    },
    contextOf(parent),
  );
  let ended = false;
  return {
    traceparent: traceparentOf(span.spanContext()),
    set: (more) => void span.setAttributes(more),
    link: (other) => {
      const link = other === undefined ? undefined : linkTo(other);
      if (link !== undefined) span.addLink(link);
    },
    end: (problem, endMs) => {
      if (ended) return;
      ended = true;
      if (problem !== undefined) {
        span.setAttribute("error.type", problem);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end(endMs);
    },
  };
};

/** Runs a task in a span. What it throws is noted by name and passed on: a message may quote what nobody should read. */
export const inSpan = <Result>(name: string, start: SpanStart, task: (span: RunningSpan | undefined) => Promise<Result>): Promise<Result> => {
  const span = beginSpan(name, start);
  if (span === undefined) return task(undefined);
  return task(span).then(
    (result) => {
      span.end();
      return result;
    },
    (error: unknown) => {
      span.end(error instanceof Error ? error.name : "unknown");
      throw error;
    },
  );
};

const parse = (traceparent: string): SpanContext | undefined => {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
};

const contextOf = (traceparent: string | undefined): Context => {
  const parent = traceparent === undefined ? undefined : parse(traceparent);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
};

const linkTo = (traceparent: string): { context: SpanContext } | undefined => {
  const context = parse(traceparent);
  return context === undefined ? undefined : { context };
};

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, "0")}`;
