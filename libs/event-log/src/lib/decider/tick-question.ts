import type { Instant } from "@malipo/kernel";
import type { AggregateDefinition } from "./aggregate-definition.js";
import { type PartitionQuestion, type RequestKey, requestKeyText } from "./decider-store.js";
import type { OwnedPartition } from "./owned-partition.js";
import type { WorkItem } from "./work-item.js";

/** What has to be known before these items can be decided, and is not in memory; undefined when nothing is missing. */
export const questionFor = <Command, Event, State>(
  definition: AggregateDefinition<Command, Event, State>,
  owned: OwnedPartition<Command, Event, State>,
  items: readonly WorkItem<Command>[],
  at: Instant,
): PartitionQuestion | undefined => {
  const { memory, partition } = owned;
  const aggregateIds = new Set<string>();
  const requestKeys = new Map<string, RequestKey>();
  const drawn = new Set<string>();
  const need = (aggregateId: string): void => {
    if (memory.get(aggregateId) === undefined) aggregateIds.add(aggregateId);
  };
  for (const item of items) {
    if (item.kind === "unreadable") continue;
    need(item.aggregateId);
    if (item.kind !== "command") continue;
    // The refusal of a command from an API would be an aggregate under the command's id.
    if (item.envelope.decideBefore !== undefined) need(item.envelope.id);
    const key = definition.requestKeyOf?.(item.command, item.account);
    if (key !== undefined && memory.keyUse(requestKeyText(key)) === undefined) requestKeys.set(requestKeyText(key), key);
    // What is not known yet may turn out to exist; then the drawn id is simply not used.
    if (memory.get(item.aggregateId)?.version) continue;
    const candidate = item.drawn ?? definition.draw?.(item.command, { partition, at });
    if (candidate === undefined) continue;
    item.drawn = candidate;
    drawn.add(candidate);
  }
  if (aggregateIds.size + requestKeys.size + drawn.size === 0) return undefined;
  return { aggregateIds: [...aggregateIds], requestKeys: [...requestKeys.values()], drawn: [...drawn] };
};
