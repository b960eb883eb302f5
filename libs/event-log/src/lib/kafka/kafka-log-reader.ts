import type { Ends, RecordSink, Tail } from "@malipo/ports";
import { FetchLoop } from "./fetch-loop.js";
import { KafkaClients } from "./kafka-clients.js";
import { type KafkaEventLogOptions, tailWaitMs } from "./kafka-config.js";
import { KafkaReader } from "./kafka-reader.js";

/** The log for those who only read it: there is no producer in it, so whoever is given it cannot write. */
export class KafkaLogReader {
  readonly #clients: KafkaClients;
  readonly #reader: KafkaReader;
  readonly #loops = new Set<FetchLoop>();

  constructor(private readonly options: KafkaEventLogOptions) {
    this.#clients = new KafkaClients(options);
    this.#reader = new KafkaReader(this.#clients, options.requestTimeoutMs ?? 3_000);
  }

  ends(topic: string): Promise<ReadonlyMap<number, Ends>> {
    return this.#reader.ends(topic);
  }

  async tail(topic: string, from: ReadonlyMap<number, number>, sink: RecordSink): Promise<Tail> {
    const { scheduler, logger, onFatal } = this.options;
    const ends = (name: string) => this.ends(name);
    const loop = new FetchLoop({ clients: this.#clients, topic, waitMs: tailWaitMs, lanesApart: false, deliver: sink, ends, scheduler, logger, onFatal });
    for (const [partition, offset] of from) loop.add(partition, offset);
    this.#loops.add(loop);
    await loop.start();
    return {
      stop: async () => {
        if (this.#loops.delete(loop)) await loop.stop();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#loops].map((loop) => loop.stop()));
    await this.#reader.disconnect();
  }
}
