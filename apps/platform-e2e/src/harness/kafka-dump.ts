import { Kafka, logLevel } from "kafkajs";

export interface DumpedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
}

const empty = Buffer.alloc(0);

type Header = Buffer | string | readonly (Buffer | string)[] | undefined;

const bytesOf = (header: Header): Buffer => {
  if (header === undefined) return empty;
  if (typeof header === "string") return Buffer.from(header);
  return Buffer.isBuffer(header) ? header : Buffer.concat(header.map(bytesOf));
};

/** Every record of every topic that is there now, as raw bytes. */
export const dumpTopics = async (brokers: string, wanted?: readonly string[]): Promise<readonly DumpedRecord[]> => {
  const kafka = new Kafka({ clientId: "malipo-e2e", brokers: brokers.split(","), logLevel: logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  const topics = wanted ?? (await admin.listTopics()).filter((topic) => !topic.startsWith("__"));
  const missing = new Map<string, bigint>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) missing.set(`${topic}/${partition}`, BigInt(high) - 1n);
    }
  }
  await admin.disconnect();
  if (missing.size === 0) return [];

  const records: DumpedRecord[] = [];
  const consumer = kafka.consumer({ groupId: `malipo-e2e-dump-${process.pid}-${performance.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          eachMessage: ({ topic, partition, message }) => {
            const headers = Object.entries(message.headers ?? {}).map(([name, header]) => [name, bytesOf(header)] as const);
            const { offset, key, value } = message;
            records.push({ topic, partition, offset, key: key ?? empty, value: value ?? empty, headers: Object.fromEntries(headers) });
            const last = missing.get(`${topic}/${partition}`);
            if (last !== undefined && BigInt(offset) >= last) missing.delete(`${topic}/${partition}`);
            if (missing.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
};
