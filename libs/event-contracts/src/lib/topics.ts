import { PARTITION_COUNT } from "@malipo/kernel";

export type TopicName =
  | "payments.commands.v1"
  | "payments.events.v1"
  | "payments.lifecycle.v1"
  | "merchants.commands.v1"
  | "merchants.events.v1"
  | "merchants.state.v1"
  | "providers.evidence.v1"
  | "providers.inputs.v1"
  | "callbacks.deliveries.v1"
  | "reconciliation.events.v1"
  | "keys.state.v1"
  | "clock.probes.v1"
  | "parked.v1";

export type TopicSettings = Readonly<{
  partitions: number;
  /** Whether each partition is a hash chain with one writer at a time. */
  chained: boolean;
  /** Topic-level settings, created by code and asserted at start. */
  config: Readonly<Record<string, string>>;
}>;

const dayMs = 86_400_000;
const timestamps = { "message.timestamp.type": "LogAppendTime" };
const kept = (retentionMs: number) => ({ ...timestamps, "cleanup.policy": "delete", "retention.ms": String(retentionMs) });
const forEver = { ...kept(-1), "retention.bytes": "-1" };
const compacted = { ...timestamps, "cleanup.policy": "compact" };

const topic = (config: Record<string, string>, chained = false): TopicSettings => ({
  partitions: PARTITION_COUNT,
  chained,
  config,
});

/** Every topic there is, with what must be true of it. */
export const topics: Readonly<Record<TopicName, TopicSettings>> = {
  "payments.commands.v1": topic(kept(7 * dayMs)),
  "payments.events.v1": topic(forEver, true),
  "payments.lifecycle.v1": topic(kept(90 * dayMs)),
  "merchants.commands.v1": topic(kept(7 * dayMs)),
  "merchants.events.v1": topic(forEver, true),
  "merchants.state.v1": topic(compacted),
  "providers.evidence.v1": topic(kept(400 * dayMs)),
  "providers.inputs.v1": topic(kept(600_000)),
  "callbacks.deliveries.v1": topic(forEver),
  "reconciliation.events.v1": topic(forEver),
  // Erasure is a tombstone here, so deletes must become real within a day.
  "keys.state.v1": topic({ ...compacted, "max.compaction.lag.ms": String(dayMs), "segment.ms": "3600000" }),
  // Written to learn the broker's time from the append; read by nobody.
  "clock.probes.v1": { ...topic(kept(3_600_000)), partitions: 1 },
  "parked.v1": topic(kept(90 * dayMs)),
};

export const topicNames = Object.keys(topics) as readonly TopicName[];
