/** Header values are text, except `ce_prev`, which is 32 raw bytes. */
export type Headers = Readonly<Record<string, string | Uint8Array>>;

/**
 * An empty value is a tombstone: adapters write it as Kafka's null, which compaction removes with its key, and read null
 * as empty. No other record has an empty value.
 */
/** An empty value is a tombstone on a compacted topic, and is read back as an empty value. */
export type OutgoingRecord = Readonly<{ key: string; value: Uint8Array; headers: Headers }>;

export type StoredRecord = OutgoingRecord &
  Readonly<{
    topic: string;
    partition: number;
    offset: number;
    /** The broker's append time, milliseconds since 1970; for lag metrics only. */
    appendedAtMs: number;
  }>;

/**
 * What became of an append to one partition. `appended` says where the broker put the first record and under which
 * connection generation; it does not by itself say that the records are valid (see the writer rule in
 * `@malipo/event-log`). `unknown`: they may be there, may come later, or may never come.
 */
export type AppendOutcome =
  | Readonly<{
      kind: "appended";
      baseOffset: number;
      generation: number;
      /** The broker's append time where it tells: how far this process's clock is off. */
      appendedAtMs?: number;
    }>
  | Readonly<{ kind: "unknown"; cause: unknown }>;

/** Start: first offset still kept. End: the offset that the next record will get. */
export type Ends = Readonly<{ start: number; end: number }>;

export type RecordSink = (partition: number, records: readonly StoredRecord[]) => void | Promise<void>;

export interface Tail {
  /** Stops delivery; at most one batch is still under way when this resolves. */
  stop(): Promise<void>;
}

export interface OwnershipListener {
  /** This process should now serve these partitions. Two owners at once are possible and must be harmless. */
  assigned(partitions: readonly number[]): void;
  /** This process should stop serving these partitions. */
  revoked(partitions: readonly number[]): void;
}

export interface OwnedHandler {
  /**
   * The group gave this process the partition. Resolves with the offset to deliver from, once the take-over is done;
   * nothing is delivered before. Rejects when `signal` is aborted because the partition went elsewhere meanwhile.
   */
  takeOver(partition: number, signal: AbortSignal): Promise<number>;
  /** The partition went elsewhere; what was queued for it is dropped. */
  handOver(partition: number): void;
  /** Records in offset order without gaps. The next batch of this partition waits for the promise: this is back-pressure. */
  deliver(partition: number, records: readonly StoredRecord[]): void | Promise<void>;
}

export interface Subscription {
  stop(): Promise<void>;
}

/**
 * The log, whichever client or simulation is behind it. All offsets are safe integers. Every call has a time-out of its
 * own and rejects with `LogUnavailableError`; only `append` never rejects, since its failure is an outcome.
 */
export interface EventLog {
  /**
   * One request for all given partitions of one topic, `acks=all`, never retried by the client. Callers keep at most one
   * in flight per topic; batches of one partition stay below 900 kB. A failure of any partition makes all `unknown`.
   */
  append(topic: string, batches: ReadonlyMap<number, readonly OutgoingRecord[]>): Promise<ReadonlyMap<number, AppendOutcome>>;
  /**
   * Delivers every record of the given partitions from the given offsets, in order per partition, without gaps, for ever.
   * After a reconnect or a broker's death it goes on where it was. The sink's promise is back-pressure.
   */
  tail(topic: string, from: ReadonlyMap<number, number>, sink: RecordSink): Promise<Tail>;
  /** Joins `group` to share the partitions of `topic` and delivers the records of those it was given. */
  consumeOwned(topic: string, group: string, handler: OwnedHandler): Promise<Subscription>;
  /** Joins `group` for the ownership of `topic`'s partitions only; delivers no records. */
  own(topic: string, group: string, listener: OwnershipListener): Promise<Subscription>;
  ends(topic: string): Promise<ReadonlyMap<number, Ends>>;
  /** The one record at this offset, or undefined when it is not (or no longer) there. */
  read(topic: string, partition: number, offset: number): Promise<StoredRecord | undefined>;
  /** Raised whenever a new connection to a broker is made; an append is trusted only within one generation. */
  readonly generation: number;
}

export class LogUnavailableError extends Error {
  readonly code = "log_unavailable";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LogUnavailableError";
  }
}
