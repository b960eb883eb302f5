import { cureEndlessTimer } from "@malipo/event-log";
import { Kafka, logLevel } from "kafkajs";

export interface DumpedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** When the broker appended it, in milliseconds since 1970. */
  readonly appendedAtMs: number;
}

const empty = Buffer.alloc(0);

type Header = Buffer | string | readonly (Buffer | string)[] | undefined;

const bytesOf = (header: Header): Buffer => {
  if (header === undefined) return empty;
  if (typeof header === "string") return Buffer.from(header);
  return Buffer.isBuffer(header) ? header : Buffer.concat(header.map(bytesOf));
};

/** The offset of the first record that is wanted, by `topic/partition`; what is not named begins at its first record. */
export type Positions = ReadonlyMap<string, bigint>;

/** Every record of every topic that is there now, as raw bytes. */
export const dumpTopics = async (brokers: string, wanted?: readonly string[], from: Positions = new Map()): Promise<readonly DumpedRecord[]> => {
  cureEndlessTimer();
  const kafka = new Kafka({ clientId: "malipo-e2e", brokers: brokers.split(","), logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  const missing = new Map<string, bigint>();
  let topics: readonly string[];
  try {
    await admin.connect();
    topics = wanted ?? (await admin.listTopics()).filter((topic) => !topic.startsWith("__"));
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const first = from.get(`${topic}/${partition}`) ?? BigInt(low);
        if (BigInt(high) > first) missing.set(`${topic}/${partition}`, BigInt(high) - 1n);
      }
    }
  } finally {
    await admin.disconnect();
  }
  if (missing.size === 0) return [];

  const records: DumpedRecord[] = [];
  const next = new Map(from);
  const consumer = kafka.consumer({ groupId: `malipo-e2e-dump-${process.pid}-${performance.now()}`, maxWaitTimeInMs: 100 });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ topic, partition, message }) => {
            // `run` may deliver something before the seeks below, and something new after the end that was seen.
            const place = `${topic}/${partition}`;
            const at = BigInt(message.offset);
            const last = missing.get(place);
            if (last === undefined || at > last || at < (next.get(place) ?? 0n)) return Promise.resolve();
            next.set(place, at + 1n);
            const headers = Object.entries(message.headers ?? {}).map(([name, header]) => [name, bytesOf(header)] as const);
            const { offset, key, value, timestamp } = message;
            records.push({ topic, partition, offset, key: key ?? empty, value: value ?? empty, headers: Object.fromEntries(headers), appendedAtMs: Number(timestamp) });
            if (at === last) missing.delete(place);
            if (missing.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .then(() => {
          for (const [place, offset] of from) {
            const [topic = "", partition] = place.split("/");
            if (topics.includes(topic)) consumer.seek({ topic, partition: Number(partition), offset: String(offset) });
          }
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
};
