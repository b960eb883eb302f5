import { headerText, toHeaders } from "@malipo/event-contracts";
import { type Account, type Instant, partitionOf, plus } from "@malipo/kernel";
import type { Clock, OutgoingRecord, Scheduler, Timer } from "@malipo/ports";
import { beginSpan, isTracing, type RunningSpan } from "@malipo/runtime";
import type { ChainRecord } from "../chain/chain-record.js";
import type { ChainTail } from "../chain/chain-tail.js";
import type { Appended, TopicWriter } from "../writer/topic-writer.js";
import { AppendUnknownError, QueueFullError } from "../writer/topic-writer.errors.js";
import { type CommandDoor, type CommandOptions, type ExecuteOptions, NotDecidedError, type OutgoingCommand } from "./command-bus.types.js";

export type CommandBusOptions = Readonly<{
  /** Writer of the commands topic. */
  writer: TopicWriter;
  /** Tail of the topic where the decisions are recorded. Needed only for `execute`. */
  tail?: ChainTail;
  clock: Clock;
  scheduler: Scheduler;
  /** `ce_source` of the commands, such as `/malipo/payment-intake`. */
  source: string;
  /** What clocks may differ by between here and the decider; 2,000 by default. */
  skewMs?: number;
  /** Commands that may wait for their decision. */
  waitingMax?: number;
}>;

type Waiting = Readonly<{
  decideBefore: Instant;
  giveUpAtMs: number;
  resolve: (record: ChainRecord) => void;
  reject: (error: Error) => void;
}>;

const decideBeforeMsDefault = 10_000;
const resendMs = 200;
const sweepMs = 100;

/** The only door to a decider, from its own process too. */
export class CommandBus implements CommandDoor {
  readonly #waiting = new Map<string, Waiting>();
  #sweep: Timer | undefined;

  constructor(private readonly options: CommandBusOptions) {
    options.tail?.subscribe((_partition, records) => this.#onRecords(records));
  }

  /** Commands sent by `execute` that have no decision yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async execute(command: OutgoingCommand, options: ExecuteOptions): Promise<ChainRecord> {
    const { clock, skewMs = 2_000, waitingMax = 20_000, writer, tail } = this.options;
    if (tail === undefined) throw new Error("a command bus without a tail sees no decisions");
    if (this.#waiting.size >= waitingMax) throw new QueueFullError(writer.topic);
    const windowMs = options.decideBeforeMs ?? decideBeforeMsDefault;
    const decideBefore = plus(clock.now(), windowMs);
    const giveUpAtMs = clock.monotonicMs() + windowMs + skewMs;
    const { promise, resolve, reject } = Promise.withResolvers<ChainRecord>();
    this.#waiting.set(command.id, { decideBefore, giveUpAtMs, resolve, reject });
    this.#sweep ??= this.options.scheduler.after(sweepMs, () => this.#giveUp());
    const span = this.#span("execute", command, options);
    void this.#sendUntil(this.#record(command, options, span, decideBefore), partitionOf(options.account), command.id, decideBefore);
    if (span !== undefined) void promise.then(() => span.end(), (error: Error) => span.end(error.name));
    return promise;
  }

  async send(command: OutgoingCommand, options: CommandOptions, signal?: AbortSignal): Promise<Appended> {
    const span = this.#span("send", command, options);
    const record = this.#record(command, options, span);
    try {
      for (;;) {
        try {
          return await this.options.writer.write(partitionOf(options.account), record);
        } catch (error) {
          // Sent twice it is still one command: its id says so to the decider.
          if (!(error instanceof AppendUnknownError || error instanceof QueueFullError)) throw error;
          await this.options.scheduler.sleep(resendMs, signal);
        }
      }
    } catch (error) {
      span?.end((error as Error).name);
      throw error;
    } finally {
      span?.end();
    }
  }

  #span(how: "execute" | "send", { id, type, subject }: OutgoingCommand, { account, traceparent }: CommandOptions): RunningSpan | undefined {
    if (!isTracing()) return undefined;
    const { topic } = this.options.writer;
    const partition = partitionOf(account);
    const attributes = { "messaging.destination.name": topic, "messaging.destination.partition.id": String(partition) };
    return beginSpan(`${how} ${type}`, { kind: "producer", parent: traceparent, attributes: { ...attributes, "malipo.command": id, "malipo.subject": subject } });
  }

  async #sendUntil(record: OutgoingRecord, partition: number, id: string, decideBefore: Instant): Promise<void> {
    let sent = false;
    while (this.#waiting.has(id)) {
      try {
        await this.options.writer.write(partition, record);
        return;
      } catch (error) {
        const unknown = error instanceof AppendUnknownError;
        if (!unknown && !sent) return this.#refuse(id, error as Error); // certainly never sent: said at once
        sent = true;
        if (!unknown && !(error instanceof QueueFullError)) return;
      }
      await this.options.scheduler.sleep(resendMs);
      if (this.options.clock.now() >= decideBefore) return;
    }
  }

  /** The decision continues the command's own span where there is one, else whatever it was sent under. */
  #record(command: OutgoingCommand, options: CommandOptions, span?: RunningSpan, decideBefore?: Instant): OutgoingRecord {
    const { account, correlation }: { account: Account; correlation?: string } = options;
    const traceparent = span?.traceparent ?? options.traceparent;
    const headers = toHeaders({
      id: command.id,
      source: this.options.source,
      type: command.type,
      time: this.options.clock.now(),
      subject: command.subject,
      account,
      correlation: correlation ?? command.id,
      ...(traceparent !== undefined && { traceparent }),
      ...(decideBefore !== undefined && { decideBefore }),
    });
    return { key: command.subject, value: command.value, headers };
  }

  #onRecords(records: readonly ChainRecord[]): void {
    if (this.#waiting.size === 0) return;
    for (const record of records) {
      const causation = headerText(record.headers["ce_causation"]);
      const waiting = causation === undefined ? undefined : this.#waiting.get(causation);
      if (causation === undefined || waiting === undefined) continue;
      this.#waiting.delete(causation);
      waiting.resolve(record);
    }
  }

  #refuse(id: string, error: Error): void {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }

  #giveUp(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const [id, { giveUpAtMs, decideBefore }] of this.#waiting) {
      if (giveUpAtMs <= nowMs) this.#refuse(id, new NotDecidedError(id, decideBefore));
    }
    this.#sweep = this.#waiting.size === 0 ? undefined : this.options.scheduler.after(sweepMs, () => this.#giveUp());
  }
}
