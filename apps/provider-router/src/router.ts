import { parkRecord } from "@malipo/event-log";
import type { Caller } from "@malipo/kernel";
import type { PaymentEvent } from "@malipo/payment-lifecycle";
import type { Subscription } from "@malipo/ports";
import { BeginAttempts } from "./begin-attempt/begin-attempts.js";
import { CallProvider } from "./call-provider/call-provider.js";
import { RoutingDesk } from "./choose-provider/routing-desk.js";
import { EvidenceConsumer } from "./interpret-evidence/evidence-consumer.js";
import { InterpretEvidence } from "./interpret-evidence/interpret-evidence.js";
import { PollAttempts, openAttemptOf } from "./poll-attempt/poll-attempts.js";
import { ReceiveWebhook } from "./receive-webhook/receive-webhook.js";
import { OutcomeRecorder } from "./record-outcome/outcome-recorder.js";
import { SealedReferences } from "./record-outcome/sealed-references.js";
import type { RouterConfig, RouterPorts } from "./router-ports.js";
import { CommandSender } from "./send-commands.js";
import { HealthBook } from "./track-health/health-book.js";
import { PaymentBook } from "./track-payments/payment-book.js";
import { type RoutedPayment, attemptOf } from "./track-payments/routed-payment.js";

export const SOURCE = "/malipo/provider-router";
const EVENTS_TOPIC = "payments.events.v1";
const GROUP = "provider-router";
const RETRY_MS = 500;
const PROPOSALS_RETURN_MS = 2_000;
const LOOK_AGAIN_MS = 25;

/** The router as plain objects: Nest, a spec, and the simulation start and stop it alike. */
export class Router {
  readonly caller: Caller;
  readonly book: PaymentBook;
  readonly health: HealthBook;
  readonly webhooks: ReceiveWebhook;
  private readonly begin: BeginAttempts;
  private readonly call: CallProvider;
  private readonly polls: PollAttempts;
  private readonly evidence: EvidenceConsumer;
  private readonly active = new Set<number>();
  private readonly assigned = new Map<number, AbortController>();
  private readonly stopping = new AbortController();
  private ownership: Subscription | undefined;
  private isStarted = false;

  constructor(private readonly ports: RouterPorts, config: RouterConfig) {
    const { providers, vault, clock, metrics, logger, random } = ports;
    this.caller = `${config.instance}#${Buffer.from(random.bytes(12)).toString("base64url")}` as Caller;
    const isOurs = (partition: number): boolean => this.active.has(partition);
    this.health = new HealthBook(clock, metrics);
    const desk = new RoutingDesk(providers, vault, this.health, logger);
    const sender = new CommandSender(ports.commands, random);
    const references = new SealedReferences(vault);
    const recorder = new OutcomeRecorder(sender, desk, providers, references, metrics, logger);
    const park: ConstructorParameters<typeof PaymentBook>[0]["park"] = (record, detail) => {
      const parking = { writer: ports.parked, clock, random, source: SOURCE };
      parkRecord(parking, record, "unreadable", detail).catch((error: unknown) => logger.error({ error }, "could not park a record"));
    };
    this.book = new PaymentBook({ ...ports, park }, (payment, event) => this.onChange(payment, event));
    this.begin = new BeginAttempts(ports, config, this.caller, this.book, desk, sender, isOurs);
    this.polls = new PollAttempts(ports, config, this.book, recorder, references, isOurs);
    this.call = new CallProvider(ports, config, this.caller, this.begin, this.book, recorder, this.health, (id) => this.watchIfOpen(id));
    this.webhooks = new ReceiveWebhook(ports, SOURCE);
    this.evidence = new EvidenceConsumer(ports, new InterpretEvidence(ports, this.book, this.polls, recorder), SOURCE);
  }

  /** Folds from the rows' checkpoint on, and acts on a partition once it was read to its end. */
  async start(): Promise<void> {
    try {
      await this.readAndJoin();
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private async readAndJoin(): Promise<void> {
    const { tail, log } = this.ports;
    const positions = await this.book.load();
    tail.subscribe(this.book.listen);
    await tail.start(positions);
    await Promise.all(Array.from({ length: tail.partitions }, (_, partition) => tail.catchUp(partition, undefined, this.stopping.signal)));
    await this.book.folded();
    this.ownership = await log.own(EVENTS_TOPIC, GROUP, {
      assigned: (partitions) => partitions.forEach((partition) => void this.activate(partition)),
      revoked: (partitions) => partitions.forEach((partition) => this.deactivate(partition)),
    });
    if (this.stopping.signal.aborted) return this.ownership.stop();
    await this.evidence.start();
    this.isStarted = true;
  }

  /** Undefined when it can do its job now. */
  notReady(): string | undefined {
    if (this.stopping.signal.aborted) return "stopping";
    if (!this.isStarted) return "reading the log";
    const waiting = [...this.assigned.keys()].filter((partition) => !this.active.has(partition));
    return waiting.length > 0 ? `catching up with partitions ${waiting.join(", ")}` : undefined;
  }

  get providers(): RouterPorts["providers"] {
    return this.ports.providers;
  }

  get partitions(): readonly number[] {
    return [...this.active].sort((a, b) => a - b);
  }

  /**
   * Stops proposing, declares unsent what came back for us and was not sent, and waits for the calls under way, whose
   * deadlines bound them.
   */
  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.begin.stop();
    this.call.stop();
    this.stopping.abort(new Error("stopping"));
    for (const partition of [...this.assigned.keys()]) this.deactivate(partition);
    await this.ownership?.stop();
    await this.evidence.stop();
    await this.proposalsReturned();
    await this.call.drained();
    await this.polls.stop();
    this.book.stopReading();
    await this.ports.tail.stop();
    await this.call.drained();
    await this.book.close();
  }

  /** A proposal in the topic comes back within moments, and is then declared unsent; one that does not is left to the next process. */
  private async proposalsReturned(): Promise<void> {
    const { clock, scheduler } = this.ports;
    const until = clock.monotonicMs() + PROPOSALS_RETURN_MS;
    while (this.begin.outstanding > 0 && clock.monotonicMs() < until) await scheduler.sleep(LOOK_AGAIN_MS);
  }

  private async activate(partition: number): Promise<void> {
    const control = new AbortController();
    this.assigned.get(partition)?.abort();
    this.assigned.set(partition, control);
    const signal = AbortSignal.any([control.signal, this.stopping.signal]);
    while (!signal.aborted) {
      try {
        await this.ports.tail.catchUp(partition, undefined, signal);
        await this.book.folded();
        break;
      } catch (error) {
        if (signal.aborted) return;
        this.ports.logger.warn({ error, partition }, "a partition cannot be read to its end, trying again");
        await this.ports.scheduler.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
    if (signal.aborted) return;
    this.active.add(partition);
    for (const payment of this.book.unfinished()) if (payment.partition === partition) this.act(payment);
  }

  private deactivate(partition: number): void {
    this.assigned.get(partition)?.abort(new Error("the partition went elsewhere"));
    this.assigned.delete(partition);
    this.active.delete(partition);
    for (const payment of this.book.unfinished()) if (payment.partition === partition) this.polls.leaveAll(payment.attempts);
  }

  private onChange(payment: RoutedPayment, event: PaymentEvent): void {
    if (event.type === "AttemptStarted") {
      const attempt = attemptOf(payment, event.attemptId)!;
      // Ours to send whoever owns the partition by now: nobody else may.
      if (this.call.started(payment, attempt)) return;
    }
    if (payment.phase === "closed") {
      this.polls.forgetAll(payment.attempts);
      this.call.forget(payment);
      return;
    }
    this.act(payment);
  }

  private act(payment: RoutedPayment): void {
    if (!this.active.has(payment.partition)) return;
    if (payment.phase === "waiting") this.begin.consider(payment);
    const open = openAttemptOf(payment);
    if (open !== undefined && !this.call.isUnderWay(open.id)) this.polls.watch(open.id);
  }

  private watchIfOpen(attemptId: RoutedPayment["attempts"][number]["id"]): void {
    void this.book.findAttempt(attemptId).then(
      (found) => found !== undefined && this.act(found.payment),
      (error: unknown) => this.ports.logger.warn({ error, attemptId }, "an attempt could not be looked up"),
    );
  }
}

export const createRouter = (ports: RouterPorts, config: RouterConfig): Router => new Router(ports, config);
