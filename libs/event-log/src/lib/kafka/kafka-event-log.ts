import {
  LogUnavailableError,
  type AppendOutcome,
  type Ends,
  type EventLog,
  type OutgoingRecord,
  type OwnedHandler,
  type OwnershipListener,
  type RecordSink,
  type StoredRecord,
  type Subscription,
  type Tail,
} from "@malipo/ports";
import { OwnedDelivery } from "../owned-delivery.js";
import { FetchLoop } from "./fetch-loop.js";
import { GroupMembership } from "./group-membership.js";
import { type KafkaEventLogOptions, ownedWaitMs, tailWaitMs } from "./kafka-config.js";
import { KafkaClients } from "./kafka-clients.js";
import { KafkaProducer } from "./kafka-producer.js";
import { KafkaReader } from "./kafka-reader.js";

/** The log on Apache Kafka, by kafkajs. */
export class KafkaEventLog implements EventLog {
  readonly #clients: KafkaClients;
  readonly #producer: KafkaProducer;
  readonly #reader: KafkaReader;
  readonly #open = new Set<Subscription>();

  constructor(private readonly options: KafkaEventLogOptions) {
    const requestTimeoutMs = options.requestTimeoutMs ?? 3_000;
    this.#clients = new KafkaClients(options);
    this.#producer = new KafkaProducer(this.#clients, requestTimeoutMs);
    this.#reader = new KafkaReader(this.#clients, requestTimeoutMs);
  }

  get generation(): number {
    return this.#clients.generation;
  }

  append(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Promise<ReadonlyMap<number, AppendOutcome>> {
    return this.#producer.append(topic, batches);
  }

  ends(topic: string): Promise<ReadonlyMap<number, Ends>> {
    return this.#reader.ends(topic);
  }

  read(topic: string, partition: number, offset: number): Promise<StoredRecord | undefined> {
    return this.#reader.read(topic, partition, offset);
  }

  async tail(topic: string, from: ReadonlyMap<number, number>, sink: RecordSink): Promise<Tail> {
    const loop = this.#loop(topic, tailWaitMs, false, sink);
    for (const [partition, offset] of from) loop.add(partition, offset);
    return this.#started(topic, loop);
  }

  async consumeOwned(topic: string, group: string, handler: OwnedHandler): Promise<Subscription> {
    const { scheduler, logger, onFatal } = this.options;
    const loop = this.#loop(topic, ownedWaitMs, true, (partition, records) => handler.deliver(partition, records));
    const lanes = { add: loop.add.bind(loop), remove: loop.remove.bind(loop) };
    const fetching = await this.#started(topic, loop);
    const membership = await this.own(topic, group, new OwnedDelivery(handler, lanes, scheduler, logger, onFatal));
    return this.#keep({ stop: async () => void (await Promise.all([membership.stop(), fetching.stop()])) });
  }

  async own(topic: string, group: string, listener: OwnershipListener): Promise<Subscription> {
    const { scheduler, logger, onFatal, sessionTimeoutMs = 10_000 } = this.options;
    const membership = new GroupMembership({ clients: this.#clients, topic, group, sessionTimeoutMs, listener, scheduler, logger, onFatal });
    await membership.start();
    return this.#keep(membership);
  }

  /** Leaves all groups, stops all tails, and closes all connections. Close writers and stop subscriptions first. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((subscription) => subscription.stop()));
    await Promise.allSettled([this.#producer.disconnect(), this.#reader.disconnect()]);
  }

  #loop(topic: string, waitMs: number, lanesApart: boolean, deliver: RecordSink): FetchLoop {
    const { scheduler, logger, onFatal } = this.options;
    const ends = (name: string) => this.ends(name);
    return new FetchLoop({ clients: this.#clients, topic, waitMs, lanesApart, deliver, ends, scheduler, logger, onFatal });
  }

  async #started(topic: string, loop: FetchLoop): Promise<Subscription> {
    try {
      await loop.start();
    } catch (cause) {
      await loop.stop();
      throw new LogUnavailableError(`${topic} cannot be read`, { cause });
    }
    return this.#keep(loop);
  }

  #keep(subscription: Subscription): Subscription {
    const kept: Subscription = {
      stop: async () => {
        if (this.#open.delete(kept)) await subscription.stop();
      },
    };
    this.#open.add(kept);
    return kept;
  }
}
