import { LogUnavailableError, type Ends, type StoredRecord } from "@malipo/ports";
import { type Cluster, afterFailure, createCluster, readUncommitted } from "./cluster.js";
import type { KafkaClients } from "./kafka-clients.js";
import { fromMessage, toOffset } from "./records.js";

const readBytes = 1_048_576;

/** Single questions to the log: where it starts and ends, and one record. One connection, apart from the long polls. */
export class KafkaReader {
  readonly #cluster: Cluster;

  constructor(clients: KafkaClients, requestTimeoutMs: number) {
    this.#cluster = createCluster(clients.create(requestTimeoutMs));
  }

  ends(topic: string): Promise<ReadonlyMap<number, Ends>> {
    return this.#ask(topic, async () => {
      const partitions = this.#cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
      if (partitions.length === 0) throw new Error(`${topic} has no partitions`);
      const [highs, lows] = await Promise.all([
        this.#cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]),
        this.#cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]),
      ]);
      const starts = new Map(lows.flatMap((answer) => answer.partitions).map(({ partition, offset }) => [partition, toOffset(offset)]));
      const ends = new Map<number, Ends>();
      for (const { partition, offset } of highs.flatMap((answer) => answer.partitions)) {
        ends.set(partition, { start: starts.get(partition) ?? 0, end: toOffset(offset) });
      }
      return ends;
    });
  }

  read(topic: string, partition: number, offset: number): Promise<StoredRecord | undefined> {
    return this.#ask(topic, async () => {
      const nodeId = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]))[0];
      if (nodeId === undefined) throw new Error(`${topic}/${partition} has no leader`);
      const broker = await this.#cluster.findBroker({ nodeId });
      const wanted = { partition, fetchOffset: String(offset), maxBytes: readBytes };
      try {
        const request = { maxWaitTime: 0, minBytes: 1, maxBytes: readBytes, isolationLevel: readUncommitted };
        const { responses } = await broker.fetch({ ...request, topics: [{ topic, partitions: [wanted] }] });
        const messages = responses.flatMap(({ partitions }) => partitions).flatMap((answer) => answer.messages);
        const message = messages.find((candidate) => !candidate.isControlRecord && toOffset(candidate.offset) === offset);
        return message && fromMessage(topic, partition, message);
      } catch (error) {
        if ((error as Error).name === "KafkaJSOffsetOutOfRange") return undefined;
        throw error;
      }
    });
  }

  async disconnect(): Promise<void> {
    await this.#cluster.disconnect();
  }

  async #ask<Answer>(topic: string, question: () => Promise<Answer>): Promise<Answer> {
    try {
      await this.#cluster.connect();
      await this.#cluster.addTargetTopic(topic);
      await this.#cluster.refreshMetadataIfNecessary();
      return await question();
    } catch (cause) {
      await afterFailure(this.#cluster, cause).catch(() => undefined); // the next question says whether it helped
      throw new LogUnavailableError(`${topic} could not be asked`, { cause });
    }
  }
}
