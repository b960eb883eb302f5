import type { ChainListener, ChainPosition, ChainRecord } from "@malipo/event-log";
import { type CustomTransportStrategy, Server } from "@nestjs/microservices";
import { isObservable, lastValueFrom } from "rxjs";

export type ChainTransportOptions = Readonly<{
  /** A `ChainTail`: records come verified, in order, and once. */
  tail: Readonly<{ subscribe(listener: ChainListener): () => void }>;
  /** Partitions this process reacts to; all when absent. */
  wanted?: (partition: number) => boolean;
  /** After all handlers of a batch: the place to save what they did together with the position. */
  afterBatch?: (partition: number, after: ChainPosition, records: readonly ChainRecord[]) => Promise<void> | void;
  /** A handler failed. Nothing is dispatched any more, since an event must not be skipped. */
  onFault: (error: unknown, record: ChainRecord) => void;
}>;

/**
 * Lets Nest dispatch verified records to `@EventPattern("payments.payment.completed.v1")` handlers, which get the
 * `ChainRecord` as payload. In contrast to Nest's own Kafka transport it neither commits, retries, nor skips: reading,
 * order, and position stay with the tail. One record after the other, in order of the partition; what no handler wants
 * costs one look-up.
 */
export class ChainTransport extends Server implements CustomTransportStrategy {
  private unsubscribe: (() => void) | undefined;
  private halted = false;
  /** The end of what each partition has been given; the next batch begins there. */
  private readonly lines = new Map<number, Promise<void>>();

  constructor(private readonly options: ChainTransportOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.unsubscribe = this.options.tail.subscribe((partition, records, after) => this.receive(partition, records, after));
    callback();
  }

  async close(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all(this.lines.values());
  }

  on(): this {
    throw new Error("the chain transport raises no events of its own");
  }

  unwrap<T>(): T {
    return this.options.tail as T;
  }

  private receive(partition: number, records: readonly ChainRecord[], after: ChainPosition): Promise<void> | void {
    const { wanted, afterBatch } = this.options;
    if (this.halted || (wanted !== undefined && !wanted(partition))) return;
    const idle = afterBatch === undefined && !records.some((record) => this.handlerOf(record) !== undefined);
    if (idle && !this.lines.has(partition)) return;
    const before = this.lines.get(partition) ?? Promise.resolve();
    const line = before
      .then(() => this.dispatchAll(partition, records, after))
      .finally(() => {
        if (this.lines.get(partition) === line) this.lines.delete(partition);
      });
    this.lines.set(partition, line);
    return line;
  }

  private async dispatchAll(partition: number, records: readonly ChainRecord[], after: ChainPosition): Promise<void> {
    for (const record of records) {
      const handler = this.handlerOf(record);
      if (handler === undefined) continue;
      if (this.halted) return;
      try {
        const result: unknown = await handler(record);
        if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      } catch (error) {
        this.halted = true;
        this.options.onFault(error, record);
        return;
      }
    }
    if (!this.halted) await this.options.afterBatch?.(partition, after, records);
  }

  private handlerOf(record: ChainRecord) {
    const type = record.headers["ce_type"];
    return typeof type === "string" ? this.messageHandlers.get(type) : undefined;
  }
}
