import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { topics as allTopics } from "@malipo/event-contracts";
import { type CommandId, instant } from "@malipo/kernel";
import type { Clock, Random, Scheduler } from "@malipo/ports";
import { ChainReader, genesisPosition } from "../chain/chain-reader.js";
import { ChainTail } from "../chain/chain-tail.js";
import { CommandBus } from "../commands/command-bus.js";
import { ChainDeciderStore } from "../decider/chain-store.js";
import { DeciderRuntime } from "../decider/decider-runtime.js";
import { accounts, eventOf, type TallyCommand, tallyDefinition } from "../decider/tally.conformance.js";
import { CountingMetrics, silentLogger } from "../simulated/index.js";
import { TopicWriter } from "../writer/topic-writer.js";
import { KafkaEventLog } from "./kafka-event-log.js";
import { createTopics } from "./kafka-topics.js";

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
const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString("hex")}`;
const brokers = (): string[] => (process.env["TEST_KAFKA_BROKERS"] ?? "").split(",");

type Names = Readonly<{ commands: string; events: string; parked: string; group: string }>;

/** What a service builds, around the small aggregate of the runtime's own specs. */
const openProcess = async (names: Names, fatal: unknown[]) => {
  const onFatal = (error: unknown): void => void fatal.push(error);
  const logger = silentLogger;
  const log = new KafkaEventLog({ brokers: brokers(), clientId: unique("p"), clock, scheduler, random, logger, onFatal, sessionTimeoutMs: 3_000 });
  const shared = { log, clock, scheduler, random, logger, metrics: new CountingMetrics(), onFatal };
  const draw = (partition: number): string => `${partition}-${randomUUID()}`;
  const definition = { ...tallyDefinition(draw), commandsTopic: names.commands, eventsTopic: names.events };
  const tail = new ChainTail({ ...shared, topic: names.events, partitions: 12 });
  const store = new ChainDeciderStore(definition, tail);
  const parked = new TopicWriter({ ...shared, topic: names.parked });
  const runtime = new DeciderRuntime({ ...shared, definition, tail, store, parked, group: names.group });
  const writer = new TopicWriter({ ...shared, topic: names.commands });
  const bus = new CommandBus({ writer, tail, clock, scheduler, source: "/test" });
  await tail.start();
  await runtime.start();
  return {
    runtime,
    tail,
    ask: async (command: TallyCommand, account = accounts[0]!) => {
      const outgoing = { id: randomUUID() as string as CommandId, type: "test.command.v1", subject: command.id, value: Buffer.from(JSON.stringify(command)) };
      return eventOf(await bus.execute(outgoing, { account }));
    },
    serves: async (count: number) => {
      while (runtime.serving.length !== count) await sleep(20);
    },
    close: async () => {
      await runtime.stop();
      await Promise.all([writer.close(), parked.close(), tail.stop()]);
      await log.close();
    },
  };
};

const makeTopics = async (): Promise<Names> => {
  const names = { commands: unique("commands"), events: unique("events"), parked: unique("parked"), group: unique("group") };
  const settings = { partitions: 12, chained: false, config: { "message.timestamp.type": "LogAppendTime" } };
  const topics = { [names.commands]: settings, [names.events]: settings, [names.parked]: settings, "clock.probes.v1": allTopics["clock.probes.v1"] };
  await createTopics({ brokers: brokers(), clientId: "spec", replicationFactor: 1, topics });
  return names;
};

describe("deciders on Kafka", () => {
  it("share the partitions, answer each command once, and take over from each other", async () => {
    const names = await makeTopics();
    const fatal: unknown[] = [];
    const first = await openProcess(names, fatal);
    await first.serves(12);
    expect(await first.ask({ type: "open", id: "t1" })).toMatchObject({ type: "opened" });
    const second = await openProcess(names, fatal);
    await Promise.all([first.serves(6), second.serves(6)]);
    const adds = Array.from({ length: 400 }, (_, n) => (n % 2 === 0 ? first : second).ask({ type: "add", id: "t1", amount: 1 }));
    const totals = (await Promise.all(adds)).map((event) => (event as { total: number }).total);
    expect(totals.sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    await first.close();
    await second.serves(12);
    expect(await second.ask({ type: "add", id: "t1", amount: 1_000 })).toMatchObject({ type: "refused", reason: "over_the_limit" });
    expect(await second.ask({ type: "add", id: "t1", amount: 600 })).toMatchObject({ type: "added", total: 1_000 });
    await second.close();
    expect(fatal).toEqual([]);
  });

  it("leave a chain that a third reader finds whole", async () => {
    const names = await makeTopics();
    const fatal: unknown[] = [];
    const process = await openProcess(names, fatal);
    await process.serves(12);
    await Promise.all(accounts.flatMap((account, a) => Array.from({ length: 50 }, (_, n) => process.ask({ type: "open", id: `t${a}-${n}` }, account))));
    const heads = Array.from({ length: 12 }, (_, partition) => process.tail.position(partition));
    await process.close();

    const log = new KafkaEventLog({ brokers: brokers(), clientId: unique("r"), clock, scheduler, random, logger: silentLogger, onFatal: (e) => fatal.push(e) });
    const readers = heads.map((_, partition) => new ChainReader(genesisPosition(names.events, partition, 12)));
    const tail = await log.tail(names.events, new Map(heads.map((_, partition) => [partition, 0])), (partition, records) => {
      for (const record of records) expect(typeof readers[partition]!.accept(record)).toBe("object");
    });
    while (readers.reduce((sum, { position }) => sum + position.seq, 0) < 200) await sleep(20);
    await tail.stop();
    await log.close();
    expect(readers.map(({ position }) => ({ ...position, head: Buffer.from(position.head) }))).toEqual(
      heads.map((position) => ({ ...position, head: Buffer.from(position.head) })),
    );
    expect(fatal).toEqual([]);
  });
});
