import type { EventLog, StoredRecord } from "@malipo/ports";

/** Topics and groups of a spec's own on a broker that others use at the same time. */
export const prefixedLog = (log: EventLog, prefix: string): EventLog => {
  const bare = (record: StoredRecord): StoredRecord => ({ ...record, topic: record.topic.slice(prefix.length) });
  return {
    get generation() {
      return log.generation;
    },
    append: (topic, batches) => log.append(prefix + topic, batches),
    tail: (topic, from, sink) => log.tail(prefix + topic, from, (partition, records) => sink(partition, records.map(bare))),
    consumeOwned: (topic, group, handler) =>
      log.consumeOwned(prefix + topic, prefix + group, {
        takeOver: (partition, signal) => handler.takeOver(partition, signal),
        handOver: (partition) => handler.handOver(partition),
        deliver: (partition, records) => handler.deliver(partition, records.map(bare)),
      }),
    own: (topic, group, listener) => log.own(prefix + topic, prefix + group, listener),
    ends: (topic) => log.ends(prefix + topic),
    read: async (topic, partition, offset) => {
      const record = await log.read(prefix + topic, partition, offset);
      return record && bare(record);
    },
  };
};
