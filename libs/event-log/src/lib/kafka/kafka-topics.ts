import { setTimeout as sleep } from "node:timers/promises";
import { topics as allTopics, type TopicSettings } from "@malipo/event-contracts";
import kafkajs, { Kafka, logLevel, type Admin } from "kafkajs";
import { cureEndlessTimer } from "./timer-cure.js";

// kafkajs is CommonJS, and Node finds only some of its names; this one has to be taken from the whole module.
const { ConfigResourceTypes: configResourceTypes } = kafkajs;

export type TopicsOptions = Readonly<{
  brokers: readonly string[];
  clientId: string;
  /** 1 on one machine, 3 in production; `min.insync.replicas` is one less, at least 1. */
  replicationFactor: number;
  topics?: Readonly<Record<string, TopicSettings>>;
}>;

/** A topic is not as the code needs it; nothing may run on it. */
export class TopicSettingsError extends Error {
  readonly code = "topic_settings";

  constructor(readonly differences: readonly string[]) {
    super(`topics are not as they must be: ${differences.join("; ")}`);
    this.name = "TopicSettingsError";
  }
}

const wanted = ({ config }: TopicSettings, replicationFactor: number): Readonly<Record<string, string>> => ({
  ...config,
  "min.insync.replicas": String(Math.max(1, replicationFactor - 1)),
});

const withAdmin = async <Result>({ brokers, clientId }: TopicsOptions, work: (admin: Admin) => Promise<Result>): Promise<Result> => {
  cureEndlessTimer();
  const kafka = new Kafka({ clientId, brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 5, initialRetryTime: 100 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

const ledTries = 200;
const ledRetryMs = 50;

/** A broker that was told of a topic a moment ago, perhaps by another process, may not lead its partitions yet. */
const untilLed = async (admin: Admin, names: readonly string[]): Promise<void> => {
  let triesLeft = ledTries;
  for (let index = 0; index < names.length; ) {
    try {
      await admin.fetchTopicOffsets(names[index]!);
      index += 1;
    } catch (error) {
      if ((triesLeft -= 1) === 0) throw error;
      await sleep(ledRetryMs);
    }
  }
};

/** Creates what is missing; several processes may do so at once. What is there is left as it is: see `assertTopics`. */
export const createTopics = (options: TopicsOptions): Promise<void> =>
  withAdmin(options, async (admin) => {
    const { topics = allTopics, replicationFactor } = options;
    const present = new Set(await admin.listTopics());
    const missing = Object.entries(topics).filter(([topic]) => !present.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(([topic, settings]) => ({
          topic,
          numPartitions: settings.partitions,
          replicationFactor,
          configEntries: Object.entries(wanted(settings, replicationFactor)).map(([name, value]) => ({ name, value })),
        })),
      });
    }
    await untilLed(admin, Object.keys(topics));
  });

/** @throws TopicSettingsError naming every difference between the brokers' topics and the table. */
export const assertTopics = (options: TopicsOptions): Promise<void> =>
  withAdmin(options, async (admin) => {
    const { topics = allTopics, replicationFactor } = options;
    const present = new Set(await admin.listTopics());
    const differences = Object.keys(topics).filter((topic) => !present.has(topic)).map((topic) => `${topic} is missing`);
    const names = Object.keys(topics).filter((topic) => present.has(topic));
    const metadata = names.length === 0 ? { topics: [] } : await admin.fetchTopicMetadata({ topics: names });
    for (const { name, partitions } of metadata.topics) {
      const expected = topics[name as keyof typeof topics]!.partitions;
      if (partitions.length !== expected) differences.push(`${name} has ${partitions.length} partitions, not ${expected}`);
    }
    const asked = names.map((name) => ({ type: configResourceTypes.TOPIC, name }));
    const { resources } = asked.length === 0 ? { resources: [] } : await admin.describeConfigs({ resources: asked, includeSynonyms: false });
    for (const { resourceName, configEntries } of resources) {
      const values = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
      for (const [name, value] of Object.entries(wanted(topics[resourceName as keyof typeof topics]!, replicationFactor))) {
        if (values.get(name) !== value) differences.push(`${resourceName}: ${name} is ${values.get(name) ?? "not set"}, not ${value}`);
      }
    }
    if (differences.length > 0) throw new TopicSettingsError(differences);
  });
