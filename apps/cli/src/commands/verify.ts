import { readFileSync } from "node:fs";
import { topics } from "@malipo/event-contracts";
import { KafkaEventLog } from "@malipo/event-log";
import type { EventLog } from "@malipo/ports";
import { silentLogger, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { CliError, type Command, textOption } from "../command.js";
import { ChainWalk, type KnownHead, type PartitionReport } from "./chain-walk.js";

const chained = ["payments.events.v1", "merchants.events.v1"] as const;
type Chained = (typeof chained)[number];

type Report = { topic: Chained; recordsPerSecond: number; partitions: readonly PartitionReport[] };

export const verify: Command = {
  name: "verify",
  summary: "walk the chains of the log, and print their heads",
  usage: "malipo verify [--expect FILE] [--json]",
  help: ["--expect FILE    the output of an earlier `malipo verify --json`: its heads must still lie on the chains"],
  options: { expect: { type: "string" } },
  async run(args, platform, io) {
    const expected = readExpected(textOption(args, "expect"));
    const { promise: fatal, reject: onFatal } = Promise.withResolvers<never>();
    const log = new KafkaEventLog({
      brokers: platform().kafkaBrokers,
      clientId: `malipo-verify-${process.pid}`,
      clock: systemClock,
      scheduler: systemScheduler,
      random: systemRandom,
      logger: silentLogger,
      onFatal,
    });
    try {
      const reports: Report[] = [];
      for (const topic of chained) reports.push(await Promise.race([walk(log, topic, expected), fatal]));
      if (args.values["json"] === true) io.write(JSON.stringify({ topics: reports }));
      else for (const report of reports) print(report, io.write);
      const broken = reports.some(({ partitions }) => partitions.some(({ faults }) => faults.length > 0));
      if (broken) io.note("the log is not what was written: somebody has to look before anything else is done with it");
      return broken ? 1 : 0;
    } catch (error) {
      if ((error as { code?: string }).code !== "log_unavailable") throw error;
      throw new CliError(`Kafka does not answer at ${platform().kafkaBrokers.join(",")}`, "Is the platform running? `npm start` starts it.", { cause: error });
    } finally {
      await log.close();
    }
  },
};

const walk = async (log: EventLog, topic: Chained, expected: (topic: string, partition: number) => KnownHead | undefined): Promise<Report> => {
  const { partitions } = topics[topic];
  const began = systemClock.monotonicMs();
  const ends = await log.ends(topic);
  const walks = Array.from({ length: partitions }, (_, partition) => new ChainWalk(topic, partition, partitions, expected(topic, partition)));
  const left = new Map([...ends].filter(([, { end }]) => end > 0).map(([partition, { end }]) => [partition, end] as const));
  let records = 0;
  if (left.size > 0) {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const from = new Map([...left.keys()].map((partition) => [partition, ends.get(partition)!.start] as const));
    const tail = await log.tail(topic, from, (partition, batch) => {
      const end = ends.get(partition)?.end ?? 0;
      for (const record of batch) {
        // What was written after the walk began belongs to the next one.
        if (record.offset >= end) break;
        walks[partition]!.read(record);
        records += 1;
      }
      if ((batch.at(-1)?.offset ?? -1) >= end - 1) left.delete(partition);
      if (left.size === 0) resolve();
    });
    await done;
    await tail.stop();
  }
  const seconds = Math.max(0.001, (systemClock.monotonicMs() - began) / 1000);
  return { topic, recordsPerSecond: Math.round(records / seconds), partitions: walks.map((one) => one.report()) };
};

const print = ({ topic, recordsPerSecond, partitions }: Report, write: (line: string) => void): void => {
  const sum = (pick: (report: PartitionReport) => number): number => partitions.reduce((total, report) => total + pick(report), 0);
  write(`${topic}: ${sum(({ valid }) => valid)} valid, ${sum((report) => report.void)} void, ${recordsPerSecond} records/s`);
  for (const { partition, seq, head, void: voids, faults } of partitions) {
    write(`  ${String(partition).padStart(2)}  seq ${String(seq).padStart(8)}  void ${String(voids).padStart(5)}  head ${head}`);
    for (const fault of faults) write(`      BROKEN: ${fault}`);
  }
};

const readExpected = (file: string | undefined) => {
  const heads = new Map<string, KnownHead>();
  if (file !== undefined) {
    try {
      const { topics: noted } = JSON.parse(readFileSync(file, "utf8")) as { topics: Report[] };
      for (const { topic, partitions } of noted) for (const { partition, seq, head } of partitions) heads.set(`${topic}/${partition}`, { seq, head });
    } catch (cause) {
      throw new CliError(`${file} is not the output of \`malipo verify --json\``, undefined, { cause });
    }
  }
  return (topic: string, partition: number): KnownHead | undefined => heads.get(`${topic}/${partition}`);
};
