import type { Producer } from "kafkajs";
import type { AppendOutcome, OutgoingRecord } from "@malipo/ports";
import type { KafkaClients } from "./kafka-clients.js";
import { type Cluster, createCluster } from "./cluster.js";
import { toMessage, toOffset } from "./records.js";

type Batches = ReadonlyMap<number, readonly OutgoingRecord[]>;

/** Appends, one request per leader: with several brokers, one that is dead must not make the others' partitions unknown. */
export class KafkaProducer {
  readonly #producer: Producer;
  readonly #metadata: Cluster;
  #connecting: Promise<void> | undefined;
  #multipleBrokers = false;

  constructor(
    private readonly clients: KafkaClients,
    private readonly requestTimeoutMs: number,
  ) {
    const kafka = clients.create(requestTimeoutMs);
    this.#metadata = createCluster(kafka);
    // The partition is always explicit; a partitioner that is asked for one is a defect of ours.
    const createPartitioner = () => ({ message }: { message: { partition?: number } }) => {
      if (message.partition === undefined) throw new Error("a record without a partition");
      return message.partition;
    };
    this.#producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false, idempotent: false, retry: { retries: 0 } });
  }

  async append(topic: string, batches: Batches): Promise<ReadonlyMap<number, AppendOutcome>> {
    const outcomes = new Map<number, AppendOutcome>();
    try {
      await this.#connect(topic);
      if (this.#multipleBrokers) await this.#metadata.addTargetTopic(topic);
      const groups = this.#multipleBrokers ? this.#byLeader(topic, batches) : [batches];
      await Promise.all(groups.map((group) => this.#send(topic, group, outcomes)));
    } catch (cause) {
      this.#connecting = undefined;
      for (const partition of batches.keys()) if (!outcomes.has(partition)) outcomes.set(partition, { kind: "unknown", cause });
    }
    return outcomes;
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#metadata.disconnect()]);
  }

  #connect(topic: string): Promise<void> {
    return (this.#connecting ??= this.#producer.connect().then(() => this.#readLeaders(topic)));
  }

  async #readLeaders(topic: string): Promise<void> {
    await this.#metadata.connect();
    await this.#metadata.addTargetTopic(topic);
    await this.#metadata.refreshMetadata();
    this.#multipleBrokers = new Set(this.#metadata.findTopicPartitionMetadata(topic).map(({ leader }) => leader)).size > 1;
  }

  #byLeader(topic: string, batches: Batches): Batches[] {
    const leaders = new Map(this.#metadata.findTopicPartitionMetadata(topic).map(({ partitionId, leader }) => [partitionId, leader]));
    const groups = new Map<number | undefined, Map<number, readonly OutgoingRecord[]>>();
    for (const [partition, records] of batches) {
      const group = groups.get(leaders.get(partition)) ?? new Map<number, readonly OutgoingRecord[]>();
      groups.set(leaders.get(partition), group.set(partition, records));
    }
    return [...groups.values()];
  }

  async #send(topic: string, batches: Batches, outcomes: Map<number, AppendOutcome>): Promise<void> {
    const messages = [...batches].flatMap(([partition, records]) => records.map((record) => toMessage(partition, record)));
    try {
      const answers = await this.#producer.send({ topic, messages, acks: -1, timeout: this.requestTimeoutMs });
      const { generation } = this.clients;
      for (const { partition, baseOffset, logAppendTime } of answers) {
        if (baseOffset === undefined) continue;
        const appendedAtMs = Number(logAppendTime ?? -1);
        outcomes.set(partition, { kind: "appended", baseOffset: toOffset(baseOffset), generation, ...(appendedAtMs > 0 && { appendedAtMs }) });
      }
      for (const partition of batches.keys()) {
        if (!outcomes.has(partition)) outcomes.set(partition, { kind: "unknown", cause: new Error("the broker's answer lacks the partition") });
      }
    } catch (cause) {
      this.#connecting = undefined; // leaders may have moved
      for (const partition of batches.keys()) outcomes.set(partition, { kind: "unknown", cause });
    }
  }
}
