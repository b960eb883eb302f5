import type { EventLog, Logger, Scheduler, StoredRecord } from "@malipo/ports";
import { LogTruncatedError } from "../chain/errors.js";
import { type Cluster, type FetchedMessage, afterFailure, createCluster, readUncommitted } from "./cluster.js";
import type { KafkaClients } from "./kafka-clients.js";
import { disconnectMs, shortWaitMs } from "./kafka-config.js";
import { fromMessage, toOffset } from "./records.js";

type Lane = { next: number; busy: boolean };

export type FetchLoopOptions = Readonly<{
  clients: KafkaClients;
  topic: string;
  waitMs: number;
  /** Whether a slow delivery holds back only its own partition, or all of them. */
  lanesApart: boolean;
  deliver: (partition: number, records: readonly StoredRecord[]) => void | Promise<void>;
  ends: EventLog["ends"];
  scheduler: Scheduler;
  logger: Logger;
  onFatal: (error: unknown) => void;
}>;

const partitionBytes = 1_048_576;
const responseBytes = 10_485_760;
const retryMs = 200;

/**
 * Long-polls the partitions in its lanes, one request in flight per leader, and always asks for the offset that is to be
 * delivered next: nothing is skipped or repeated, whatever breaks in between.
 */
export class FetchLoop {
  readonly #lanes = new Map<number, Lane>();
  readonly #loops = new Set<string>();
  readonly #cluster: Cluster;
  #stopped = false;
  #interrupted = false;
  /** Before it, nobody knows yet who leads a partition; what is added waits for `start`. */
  #connected = false;
  #recovering: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(private readonly options: FetchLoopOptions) {
    // The broker answers a long poll in time; the margin only notices one that hangs.
    this.#cluster = createCluster(options.clients.create(options.waitMs + 5_000));
  }

  /** @throws when the log cannot be reached now. */
  async start(): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.addTargetTopic(this.options.topic);
    this.#connected = true;
    this.#ensureLoops();
  }

  add(partition: number, offset: number): void {
    this.#lanes.set(partition, { next: offset, busy: false });
    this.#ensureLoops();
    this.#changed();
  }

  remove(partition: number): void {
    this.#lanes.delete(partition);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#lanes.clear();
    this.#changed();
    // A running long poll would be waited for otherwise; its answer is dropped.
    await Promise.race([this.#cluster.disconnect().catch(() => undefined), this.options.scheduler.sleep(disconnectMs)]);
  }

  #changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }

  #ensureLoops(): void {
    if (this.#stopped || !this.#connected || this.#lanes.size === 0) return;
    for (const nodeId of Object.keys(this.#leaders())) {
      if (this.#loops.has(nodeId)) continue;
      this.#loops.add(nodeId);
      void this.#serve(nodeId).finally(() => this.#loops.delete(nodeId));
    }
  }

  #leaders(): Readonly<Record<string, readonly number[]>> {
    return this.#cluster.findLeaderForPartitions(this.options.topic, [...this.#lanes.keys()]);
  }

  /** Never rejects. */
  async #serve(nodeId: string): Promise<void> {
    while (!this.#stopped) {
      try {
        const led = this.#leaders()[nodeId] ?? [];
        if (led.length === 0 && this.#lanes.size > 0) return; // another node leads them now
        const idle = led.filter((partition) => this.#lanes.get(partition)?.busy === false);
        if (idle.length === 0) await this.#wake.promise;
        else await this.#fetch(nodeId, idle, idle.length === led.length ? this.options.waitMs : shortWaitMs);
      } catch (error) {
        await (this.#recovering ??= this.#recover(error).finally(() => (this.#recovering = undefined)));
      }
    }
  }

  async #fetch(nodeId: string, partitions: readonly number[], maxWaitTime: number): Promise<void> {
    const { topic } = this.options;
    const lanes = new Map(partitions.map((partition) => [partition, this.#lanes.get(partition)!]));
    const asked = [...lanes].map(([partition, { next }]) => ({ partition, fetchOffset: String(next), maxBytes: partitionBytes }));
    await this.#cluster.refreshMetadataIfNecessary();
    const broker = await this.#cluster.findBroker({ nodeId });
    const request = { maxWaitTime, minBytes: 1, maxBytes: responseBytes, isolationLevel: readUncommitted };
    const { responses } = await broker.fetch({ ...request, topics: [{ topic, partitions: asked }] });
    this.#interrupted = false;
    const deliveries: Promise<void>[] = [];
    for (const { partition, messages } of responses.flatMap((response) => response.partitions)) {
      const lane = lanes.get(partition);
      if (messages.length === 0 || lane === undefined || this.#lanes.get(partition) !== lane) continue;
      const delivery = this.#deliver(partition, lane, messages);
      if (delivery !== undefined) deliveries.push(delivery);
    }
    if (deliveries.length > 0 && !this.options.lanesApart) await Promise.all(deliveries);
  }

  #deliver(partition: number, lane: Lane, messages: readonly FetchedMessage[]): Promise<void> | undefined {
    const records: StoredRecord[] = [];
    for (const message of messages) {
      const offset = toOffset(message.offset);
      if (offset < lane.next) continue; // a batch is fetched whole, from its first record
      lane.next = offset + 1;
      if (!message.isControlRecord) records.push(fromMessage(this.options.topic, partition, message));
    }
    if (records.length === 0) return undefined;
    try {
      const delivery = this.options.deliver(partition, records);
      if (delivery === undefined) return undefined;
      lane.busy = true;
      return delivery
        .catch((error: unknown) => this.options.onFatal(error))
        .finally(() => {
          lane.busy = false;
          this.#changed();
        });
    } catch (error) {
      this.options.onFatal(error);
      return undefined;
    }
  }

  /** Never rejects. */
  async #recover(error: unknown): Promise<void> {
    if (this.#stopped) return;
    const { logger, topic, scheduler } = this.options;
    const { name, partition } = error as { name?: string; partition?: number };
    if (name === "TypeError" || name === "RangeError" || name === "ReferenceError") {
      this.#stopped = true;
      this.options.onFatal(error); // a defect of ours; going round in it would help nobody
      return;
    }
    if (!this.#interrupted) logger.warn({ topic, error }, "fetching was interrupted");
    this.#interrupted = true; // said once per outage
    try {
      if (name === "KafkaJSOffsetOutOfRange" && partition !== undefined) await this.#outOfRange(partition);
      else await afterFailure(this.#cluster, error);
      this.#ensureLoops();
    } catch (failure) {
      logger.debug({ topic, error: failure }, "the brokers cannot be reached yet");
    }
    await scheduler.sleep(retryMs);
  }

  async #outOfRange(partition: number): Promise<void> {
    const lane = this.#lanes.get(partition);
    const ends = (await this.options.ends(this.options.topic)).get(partition);
    if (lane === undefined || ends === undefined) return;
    if (lane.next < ends.start) {
      this.options.logger.warn({ partition, from: lane.next, to: ends.start }, "records were deleted by retention before they were read");
      lane.next = ends.start;
    } else if (lane.next > ends.end) {
      this.#stopped = true;
      const why = `it ends at ${ends.end}, but was read up to ${lane.next}`;
      this.options.onFatal(new LogTruncatedError(this.options.topic, partition, why));
    }
  }
}
