import type { Kafka } from "kafkajs";

export type FetchedMessage = Readonly<{
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  isControlRecord?: boolean;
}>;

type FetchRequest = Readonly<{
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  isolationLevel: number;
  topics: readonly Readonly<{
    topic: string;
    partitions: readonly Readonly<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }>[];
}>;

type FetchResponse = Readonly<{
  responses: readonly Readonly<{
    topicName: string;
    partitions: readonly Readonly<{ partition: number; highWatermark: string; messages: readonly FetchedMessage[] }>[];
  }>[];
}>;

export type ClusterBroker = { fetch(request: FetchRequest): Promise<FetchResponse> };

type OffsetsRequest = Readonly<{ topic: string; partitions: readonly Readonly<{ partition: number }>[]; fromBeginning: boolean }>;
type OffsetsResponse = readonly Readonly<{ topic: string; partitions: readonly Readonly<{ partition: number; offset: string }>[] }>[];

/**
 * What kafkajs's own consumer and admin client are built on: metadata, connections, and single requests. Reading by plain
 * fetch requests needs no group, so nothing is assigned, rebalanced, or reset behind our back: the offset asked for is
 * always the one to be folded next, and one that is out of range is an error instead of a silent jump.
 */
export type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findTopicPartitionMetadata(topic: string): readonly Readonly<{ partitionId: number; leader: number }>[];
  findBroker(options: Readonly<{ nodeId: string }>): Promise<ClusterBroker>;
  removeBroker(destination: Readonly<{ host: string; port: number }>): void;
  fetchTopicsOffset(topics: readonly OffsetsRequest[]): Promise<OffsetsResponse>;
};

type Create = (options: Readonly<{ metadataMaxAge: number; allowAutoTopicCreation: boolean; isolationLevel: number }>) => Cluster;

/** No transactions are used, so there is nothing uncommitted to hide. */
export const readUncommitted = 0;

export const createCluster = (kafka: Kafka): Cluster => {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === "private:Kafka:createCluster");
  const create = key === undefined ? undefined : (kafka as unknown as Record<symbol, Create>)[key];
  if (create === undefined) throw new Error("this version of kafkajs is not the one the log was written for (2.2.4)");
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, isolationLevel: readUncommitted });
};

/** Forgets a connection that broke, so that the next request makes a new one. */
export const afterFailure = async (cluster: Cluster, error: unknown): Promise<void> => {
  const { name, host, port } = error as { name?: string; host?: string; port?: number };
  if (name === "KafkaJSConnectionClosedError" && host !== undefined && port !== undefined) cluster.removeBroker({ host, port });
  await cluster.connect();
  await cluster.refreshMetadata();
};
