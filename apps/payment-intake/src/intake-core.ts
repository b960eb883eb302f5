import { ChainTail, ClockGuard, CommandBus, DeciderRuntime, TailLag, TopicWriter, parkRecord, type ChainRecord, type ParkedReason } from "@malipo/event-log";
import type { PaymentEventCodec, RecordedFact } from "@malipo/event-contracts";
import type { Payment, PaymentCommand } from "@malipo/payment-lifecycle";
import type { Clock, EventLog, Logger, Metrics, Random, Scheduler, Subscription, Vault } from "@malipo/ports";
import type { PaymentsDatabase } from "@malipo/projections";
import { Probe } from "@malipo/runtime";
import type { Pepper } from "@malipo/security";
import { CreatePaymentHandler } from "./api/create-payment/create-payment.handler.js";
import { type ChannelDirectory, PaymentTerms } from "./api/create-payment/payment-terms.js";
import { PaymentReader } from "./api/shared/payment-reader.js";
import { ReadBarrier } from "./api/shared/read-barrier.js";
import { RecentPayments } from "./api/shared/recent-payments.js";
import { type Role, source } from "./config.js";
import { paymentsDefinition } from "./decide-payments/payments.definition.js";
import { PaymentProjector } from "./project-payments/payment-projector.js";
import { LifecyclePublisher } from "./publish-lifecycle/lifecycle-publisher.js";

export type IntakePorts = Readonly<{
  log: EventLog;
  database: PaymentsDatabase;
  vault: Vault;
  pepper: Pepper;
  directory: ChannelDirectory;
  clock: Clock;
  scheduler: Scheduler;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  onFatal: (error: unknown) => void;
  /** Aggregates that the decider keeps in memory per partition; the decider's own default when absent. */
  entriesMax?: number;
  /** Default: the types of events that this version writes and knows. */
  codec?: PaymentEventCodec;
  /** Dies at a named place in crash tests; does nothing otherwise. */
  failpoint?: (name: string) => void;
}>;

export type IntakeTimes = Readonly<{ expiresAfterMs: number; resolveAfterMs: number; decideBeforeMs: number }>;

const eventsTopic = "payments.events.v1";
const retryMs = 500;

/** payment-intake without Nest and without HTTP: what the simulation runs, and what the process wires to both. */
export class IntakeCore {
  readonly tail: ChainTail;
  readonly commands: CommandBus;
  readonly recent: RecentPayments;
  readonly terms: PaymentTerms;
  readonly payments: PaymentReader;
  readonly createPayment: CreatePaymentHandler;
  readonly decider: DeciderRuntime<PaymentCommand, RecordedFact, Payment> | undefined;
  readonly projector: PaymentProjector | undefined;
  readonly publisher: LifecyclePublisher | undefined;
  private readonly writers: readonly TopicWriter[];
  private ownership: Subscription | undefined;
  private started = false;
  private readonly logProbe: Probe;

  constructor(
    private readonly ports: IntakePorts,
    times: IntakeTimes,
    roles: ReadonlySet<Role>,
  ) {
    this.recent = new RecentPayments(ports.codec);
    const { database, vault, pepper, random, failpoint = () => undefined } = ports;
    const writerOf = (topic: string, spacingMs?: number) => new TopicWriter({ ...ports, topic, ...(spacingMs !== undefined && { spacingMs }) });
    const parked = writerOf("parked.v1");
    const commandsWriter = writerOf("payments.commands.v1");
    const lifecycle = writerOf("payments.lifecycle.v1", 50);
    this.writers = [commandsWriter, lifecycle, parked];
    this.tail = new ChainTail({ ...ports, topic: eventsTopic });
    const lag = new TailLag(this.tail, ports.clock, ports.metrics);
    this.logProbe = new Probe({ ...ports, name: "the log", ask: () => lag.look() });
    this.commands = new CommandBus({ ...ports, tail: this.tail, writer: commandsWriter, source });
    this.tail.subscribe((_partition, records) => records.forEach((record) => this.recent.add(record)));

    if (roles.has("decider")) {
      const definition = paymentsDefinition({ ...ports, failpoint });
      this.decider = new DeciderRuntime({ ...ports, definition, tail: this.tail, store: database, parked, group: "payment-decider" });
    }
    if (roles.has("projector")) {
      const publisher = new LifecyclePublisher({ ...ports, writer: lifecycle, failpoint });
      const park = (record: ChainRecord, reason: ParkedReason, detail: string): void => {
        parkRecord({ ...ports, writer: parked, source }, record, reason, detail).catch((error: unknown) =>
          ports.logger.error({ error, partition: record.partition, offset: record.offset }, "a record could not be parked"),
        );
      };
      this.publisher = publisher;
      this.projector = new PaymentProjector({ ...ports, tail: this.tail, park, onCommitted: (...committed) => publisher.committed(...committed) });
    }

    this.terms = new PaymentTerms(ports.directory, times);
    const barrier = new ReadBarrier(this.tail, ports.clock, ports.scheduler);
    this.payments = new PaymentReader(database, barrier);
    this.createPayment = new CreatePaymentHandler({
      commands: this.commands, vault, pepper, random, recent: this.recent, database, barrier, decideBeforeMs: times.decideBeforeMs, logger: ports.logger, failpoint,
    });
  }

  /** Why the service cannot do its job now. */
  get problem(): string | undefined {
    if (!this.started) return "starting";
    if (this.tail.halted) return "the log is not the one that was read";
    return this.logProbe.problem ?? this.projector?.problem;
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { log, scheduler, logger } = this.ports;
    for (let told = false; ; told = true) {
      try {
        await this.tail.start(await this.ports.database.checkpoints());
        break;
      } catch (error) {
        if ((error as { code?: unknown }).code === "log_truncated") throw error;
        if (!told) logger.warn({ error }, "the database or the log does not answer yet");
        await scheduler.sleep(retryMs, signal);
      }
    }
    const { projector, publisher } = this;
    if (projector !== undefined && publisher !== undefined) {
      this.ownership = await log.own(eventsTopic, "payment-projector", {
        assigned: (partitions) => {
          projector.assigned(partitions);
          publisher.assigned(partitions);
        },
        revoked: (partitions) => {
          projector.revoked(partitions);
          publisher.revoked(partitions);
        },
      });
    }
    // The API alone has to have the right time too: commands get their deadlines by it.
    await (this.decider?.start() ?? new ClockGuard(this.ports).agreed(source, signal));
    this.started = true;
    this.logProbe.start();
  }

  /** In the order in which work flows: no new decisions, then what was decided is projected and told as far as it goes. */
  async stop(): Promise<void> {
    this.started = false;
    this.logProbe.stop();
    await this.decider?.stop();
    await this.ownership?.stop();
    await this.projector?.stop();
    await this.publisher?.stop();
    await Promise.all(this.writers.map((writer) => writer.close()));
    await this.tail.stop();
  }
}
