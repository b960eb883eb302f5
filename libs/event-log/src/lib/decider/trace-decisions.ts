import type { Instant } from "@malipo/kernel";
import { beginSpan } from "@malipo/runtime";
import type { WorkItem } from "./work-item.js";

/**
 * A span for each command that was sent under a recorded trace, made after the fact: commands share a tick, so each
 * one's span is the tick that decided it, from its first look-up to the acknowledged append.
 */
export const traceDecisions = <Command>(
  topic: string,
  partition: number,
  items: readonly WorkItem<Command>[],
  outcomes: readonly string[],
  startedAt: Instant,
  endedAt: Instant,
): void => {
  items.forEach((item, index) => {
    if (item.kind !== "command" || item.envelope.traceparent === undefined) return;
    const { id, type, traceparent } = item.envelope;
    const attributes = {
      "messaging.destination.name": topic,
      "messaging.destination.partition.id": String(partition),
      "malipo.command": id,
      "malipo.subject": item.aggregateId,
      "malipo.tick.items": items.length,
      "malipo.decision": outcomes[index] ?? "unknown",
    };
    beginSpan(`decide ${type}`, { kind: "consumer", parent: traceparent, attributes, startMs: startedAt })?.end(undefined, endedAt);
  });
};
