import { Readable } from "node:stream";
import { type PaymentEventCodec, encodePaymentEvent, toHeaders, toJsonBytes } from "@malipo/event-contracts";
import { type ChainPosition, ChainTail, TopicWriter, genesisPosition, link } from "@malipo/event-log";
import { SeededRandom, SimulatedBroker, SimulatedClock, SimulatedEventLog, type SimulatedEventLogOptions, SimulatedScheduler, SimulatedTime } from "@malipo/event-log/simulated";
import { type Account, type AttemptId, type PaymentId, type ProviderId, currency, formatInstant, money, partitionOf } from "@malipo/kernel";
import { type PaymentEvent, type PublicView } from "@malipo/payment-lifecycle";
import type { OwnershipListener, Subscription } from "@malipo/ports";
import { noMetrics, silentLogger, systemRandom } from "@malipo/runtime";
import type { ImportResult } from "../import-statement/import-statement.handler.js";
import { EVENTS } from "../keep-reconciliation/attempt-change.js";
import { InMemoryReconciliationStore } from "../keep-reconciliation/in-memory-reconciliation-store.js";
import { RECONCILIATION } from "../keep-reconciliation/reconciliation-fact.js";
import { ReconciliationService } from "../reconciliation-service.js";

const account = `${"b".repeat(32)}/test` as Account;
const partition = partitionOf(account);
const provider = "pawapay" as ProviderId;
const evidence = { source: "webhook" } as const;
const usd = (minor: number) => money(BigInt(minor), currency("USD"));

/** What the fold does not look at; the codecs want it all the same. */
const filler = { channelId: "c", caller: "r#1", candidates: [], request: "v1.k.n.c", method: "mobile_money", direction: "collection" } as const;

export const columns = "Transaction ID,Type,Status,Creation Date,Completion Date,Amount,Currency,Country,MNO,MSISDN,Provider Transaction ID,Deposit ID,Client Reference ID,Metadata";

class MemberLog extends SimulatedEventLog {
  constructor(
    private readonly members: Subscription[],
    options: SimulatedEventLogOptions,
  ) {
    super(options);
  }

  override async own(topic: string, group: string, listener: OwnershipListener): Promise<Subscription> {
    const member = await super.own(topic, group, listener);
    this.members.push(member);
    return member;
  }
}

/** A simulated log with one payments chain, and one reconciliation service at a time. */
export class ReconciliationWorld {
  readonly random = new SeededRandom(7);
  readonly time = new SimulatedTime(this.random.fork());
  readonly broker = new SimulatedBroker(this.time, this.random.fork());
  readonly clock = new SimulatedClock(this.time);
  store = new InMemoryReconciliationStore();
  /** The wire type under which an event is written, where it is not the present version's. */
  wireType: (event: PaymentEvent) => string | undefined = () => undefined;
  /** Why services gave up, where a spec expects it. */
  gaveUp: unknown[] | undefined;
  #position: ChainPosition = genesisPosition(EVENTS, partition, 12);
  #life: { service: ReconciliationService; scheduler: SimulatedScheduler; members: Subscription[] } | undefined;

  constructor() {
    // Streams take turns of the real event loop, so simulated time must not run out of things to do meanwhile.
    const idle = new SimulatedScheduler(this.time);
    const again = (): void => void idle.after(20, again);
    again();
  }

  get now(): string {
    return formatInstant(this.clock.now());
  }

  get day(): string {
    return this.now.slice(0, 10);
  }

  async start(codec?: PaymentEventCodec): Promise<void> {
    const scheduler = new SimulatedScheduler(this.time);
    const base = { clock: this.clock, scheduler, random: systemRandom, logger: silentLogger, metrics: noMetrics };
    const onFatal = (error: unknown): void => {
      if (this.gaveUp === undefined) throw error as Error;
      this.gaveUp.push(error);
    };
    const members: Subscription[] = [];
    const log = new MemberLog(members, { broker: this.broker, scheduler, logger: silentLogger, onFatal });
    const service = new ReconciliationService({
      ...base,
      log,
      onFatal,
      store: this.store,
      tail: new ChainTail({ ...base, log, topic: EVENTS, onFatal }),
      writer: new TopicWriter({ ...base, log, topic: RECONCILIATION }),
      park: (_record, _reason, detail) => Promise.reject(new Error(detail)),
      ...(codec !== undefined && { codec }),
      statementLagMs: 60_000,
      chunkLines: 3,
    });
    await this.time.settle(service.start());
    this.#life = { service, scheduler, members };
    await this.time.run(() => service.problem === undefined, 10_000);
    if (service.problem !== undefined) throw new Error(service.problem);
  }

  get problem(): string | undefined {
    return this.#life?.service.problem;
  }

  /** As by `kill -9`. */
  crash(): void {
    this.#life?.scheduler.kill();
    // The simulated group has no session time-out: somebody has to say that the member is gone.
    for (const member of this.#life?.members ?? []) void member.stop();
    this.#life = undefined;
  }

  async stop(): Promise<void> {
    if (this.#life !== undefined) await this.time.settle(this.#life.service.stop());
  }

  async pass(ms: number): Promise<void> {
    await this.time.run(() => false, ms);
  }

  begins(attempt: string, minor = 1000): void {
    const paymentId = paymentOf(attempt);
    const at = this.clock.now();
    const view = this.#view(attempt, minor);
    this.#append({
      type: "PaymentInitiated",
      paymentId,
      at,
      ...filler,
      orderNumber: view.orderNumber,
      reference: attempt,
      amount: usd(minor),
      terms: { version: 0, feeFixed: usd(0), feeBasisPoints: 0, channels: [], expiresAfterMs: 1, resolveAfterMs: 1 },
      request: { scope: "kodipay", fingerprint: "f" },
      expiresAt: at,
      public: view,
    } as unknown as PaymentEvent);
    this.#append({ type: "AttemptStarted", paymentId, at, ...filler, attemptId: attempt, number: 1, provider, sendBefore: at, resolveBy: at } as unknown as PaymentEvent);
  }

  completes(attempt: string, minor = 1000): void {
    const view = { ...this.#view(attempt, minor), status: "completed", type: "payment.completed" } as PublicView;
    const providerReference = `op-${attempt}`;
    const money_ = { fee: usd(0), net: usd(minor), termsVersion: 0 };
    this.#append({ type: "PaymentCompleted", paymentId: paymentOf(attempt), at: this.clock.now(), attemptId: attempt as AttemptId, providerReference, ...money_, evidence, public: view });
  }

  fails(attempt: string): void {
    const view = { ...this.#view(attempt, 1000), status: "failed", type: "payment.failed", reason: "unspecified" } as PublicView;
    const outcome = { kind: "declined", reason: "unspecified", providerCode: "E" } as const;
    this.#append({ type: "PaymentFailed", paymentId: paymentOf(attempt), at: this.clock.now(), attemptId: attempt as AttemptId, outcome, reason: "unspecified", evidence, public: view });
  }

  line(attempt: string, amount = "10.00", status = "COMPLETED", at = this.now): string {
    return `${attempt},DEPOSIT,${status},${at},${at},${amount},USD,COD,VODACOM_MPESA_COD,243812345789,op-${attempt},${attempt},,`;
  }

  import(lines: readonly string[], day = this.day): Promise<ImportResult> {
    return this.importText([columns, ...lines, ""].join("\r\n"), day);
  }

  importText(text: string, day = this.day): Promise<ImportResult> {
    return this.time.settle(this.#life!.service.importStatement.execute("pawapay", day, Readable.from([Buffer.from(text)])));
  }

  async open(): Promise<readonly string[]> {
    await this.pass(3_000);
    return (await this.store.breaks({ state: "open", limit: 100 })).map(({ kind, attemptId }) => `${kind} ${attemptId ?? "-"}`).sort();
  }

  /** Everything the platform has recorded, for a search. */
  recorded(): string {
    const text = new TextDecoder();
    return this.broker.partitions(RECONCILIATION).flatMap(({ records }) => records.map(({ value }) => text.decode(value))).join("\n");
  }

  #view(attempt: string, minor: number): PublicView {
    const orderNumber = `20260101${attempt.toUpperCase().padEnd(8, "0")}1100` as PublicView["orderNumber"];
    return { version: 1, type: "payment.pending", status: "pending", reference: attempt, orderNumber, amount: usd(minor), method: "mobile_money" };
  }

  #append(event: PaymentEvent): void {
    const { type, value } = encodePaymentEvent(event);
    const headers = toHeaders({ id: systemRandom.uuid(), source: "/test", type: this.wireType(event) ?? type, time: event.at, subject: event.paymentId, account });
    const records = link(EVENTS, partition, this.#position, [{ key: event.paymentId, value: toJsonBytes(value), headers }]);
    const [record] = records;
    this.#position = { offset: record!.offset + 1, seq: record!.seq, head: record!.digest };
    this.broker.store(EVENTS, new Map([[partition, records]]));
  }
}

const paymentOf = (attempt: string): PaymentId => Buffer.from(attempt).toString("hex").padEnd(32, "0") as PaymentId;
