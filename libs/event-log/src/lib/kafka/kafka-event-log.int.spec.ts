import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { instant } from "@malipo/kernel";
import type { Clock, Random, Scheduler } from "@malipo/ports";
import { eventLogConformance } from "../conformance/event-log.conformance.js";
import { silentLogger } from "../simulated/index.js";
import { KafkaEventLog } from "./kafka-event-log.js";
import { assertTopics, createTopics, TopicSettingsError } from "./kafka-topics.js";
import { expect, it } from "@jest/globals";

const clock: Clock = { now: () => instant(Date.now()), monotonicMs: () => performance.now() };
const scheduler: Scheduler = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (delayMs, signal) => sleep(delayMs, undefined, signal && { signal }),
};
const random: Random = { bytes: (length) => randomBytes(length), below: (bound) => randomInt(bound), uuid: () => randomUUID() };
const brokers = (): string[] => (process.env["TEST_KAFKA_BROKERS"] ?? "").split(",");
const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString("hex")}`;
const onFatal = (error: unknown): void => {
  throw error as Error;
};
const settings = { partitions: 12, chained: false, config: { "message.timestamp.type": "LogAppendTime", "cleanup.policy": "delete" } };

eventLogConformance("on Kafka", async () => {
  const topic = unique("conformance");
  await createTopics({ brokers: brokers(), clientId: "spec", replicationFactor: 1, topics: { [topic]: settings } });
  const opened: KafkaEventLog[] = [];
  const open = (at: readonly string[]): KafkaEventLog => {
    const log = new KafkaEventLog({
      brokers: at,
      clientId: unique("spec"),
      clock,
      scheduler,
      random,
      logger: silentLogger,
      onFatal,
      sessionTimeoutMs: 3_000,
    });
    opened.push(log);
    return log;
  };
  return {
    client: () => open(brokers()),
    topic,
    group: unique("group"),
    run: (body) => body(),
    sleep: (ms) => sleep(ms),
    unreachable: () => open(["127.0.0.1:1"]),
    close: async () => {
      await Promise.all(opened.map((log) => log.close()));
    },
  };
});

it("names what differs between a topic and its settings", async () => {
  const topic = unique("settings");
  const options = { brokers: brokers(), clientId: "spec", replicationFactor: 1 };
  await createTopics({ ...options, topics: { [topic]: settings } });
  await createTopics({ ...options, topics: { [topic]: settings } });
  await assertTopics({ ...options, topics: { [topic]: settings } });
  const wanted = { [topic]: { ...settings, partitions: 6, config: { ...settings.config, "retention.ms": "-1" } }, absent: settings };
  const refusal = await assertTopics({ ...options, topics: wanted }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(TopicSettingsError);
  expect((refusal as TopicSettingsError).differences).toEqual([
    "absent is missing",
    `${topic} has 12 partitions, not 6`,
    `${topic}: retention.ms is 604800000, not -1`,
  ]);
});
