import { type DeliveryFact, deliveryIdOf, owed } from "@malipo/callback-delivery";
import { type Account, type PaymentId, type Sealed, partitionOf } from "@malipo/kernel";
import type { HttpClient, HttpOutcome, HttpRequest, Vault } from "@malipo/ports";
import { noMetrics, silentLogger, systemRandom } from "@malipo/runtime";
import type { Callback } from "../keep-deliveries/callback-store.js";
import { DeliveryKeeper } from "../keep-deliveries/delivery-keeper.js";
import { InMemoryCallbackStore } from "../keep-deliveries/in-memory-callback-store.js";
import { EVENTS } from "../keep-deliveries/callback-of-event.js";
import { DELIVERIES } from "../keep-deliveries/delivery-record.js";
import { Dispatcher, type DispatcherOptions } from "../schedule-delivery/dispatcher.js";
import { CallbackSender } from "../send-callback/callback-sender.js";
import { VirtualTime } from "./virtual-time.js";

export const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const vault: Vault = {
  seal: () => Promise.reject(new Error("nothing is sealed here")),
  open: (_owner, _field, sealed) => Promise.resolve(sealed === "erased" ? "erased" : new TextEncoder().encode(sealed)),
};

export type Receipt = Readonly<{ id: string; url: string; body: string; headers: HttpRequest["headers"]; at: number }>;

/** Two topics, merchants, and one dispatcher at a time, which may die anywhere; the store and the topics outlive it. */
export class CallbackWorld {
  readonly time = new VirtualTime();
  readonly store = new InMemoryCallbackStore();
  readonly account = `${"b".repeat(32)}/test` as Account;
  readonly partition = partitionOf(this.account);
  readonly receipts: Receipt[] = [];
  /** What a merchant answers; a promise that never resolves is one that hangs. */
  answer: (receipt: Receipt) => HttpOutcome | Promise<HttpOutcome> = () => ok;
  appendFault: (() => "lost" | "refused" | undefined) | undefined;
  readonly facts: DeliveryFact[] = [];
  readonly events: Callback[] = [];
  inFlight = 0;
  inFlightMax = 0;
  #run: { dispatcher: Dispatcher; keeper: DeliveryKeeper; alive: boolean; eventsRead: number; factsRead: number } | undefined;

  constructor(private readonly options: Partial<DispatcherOptions> = {}) {}

  /** An event on the log. */
  happens(payment: string, url = "http://merchant.test/hook", account = this.account): Callback {
    const partition = partitionOf(account);
    const seq = this.events.length + 1;
    const paymentId = payment.padEnd(32, "0") as PaymentId;
    const callback: Callback = {
      ...owed({ id: deliveryIdOf(partition, seq), partition, seq, paymentId, account, at: this.time.now() }),
      type: "payment.completed",
      version: seq,
      status: "completed",
      orderNumber: "20261121ABCDEFGH1105",
      reference: payment,
      body: JSON.stringify({ seq }),
      url: url as Sealed,
    };
    this.events.push(callback);
    this.#feed();
    return callback;
  }

  async start(partitions: readonly number[] = [this.partition]): Promise<void> {
    const { time: scheduler, store } = this;
    const keeper = new DeliveryKeeper({
      store,
      scheduler,
      logger: silentLogger,
      onFatal: (error) => {
        throw error;
      },
      onApplied: (applied) => run.alive && dispatcher.applied(applied),
    });
    const http: HttpClient = { send: (request) => this.#receive(request, run) };
    const sender = new CallbackSender({ http, vault, secrets: { callbackSecrets: () => [secret] } });
    const dispatcher = new Dispatcher({
      store,
      keeper,
      sender,
      append: (fact) => this.#append(fact, run),
      clock: this.time,
      scheduler,
      random: systemRandom,
      logger: silentLogger,
      metrics: noMetrics,
      ...this.options,
    });
    const run = { dispatcher, keeper, alive: true, eventsRead: 0, factsRead: 0 };
    const positions = await keeper.start();
    for (const { topic, offset } of positions) {
      if (topic === EVENTS) run.eventsRead = Math.max(run.eventsRead, offset);
      if (topic === DELIVERIES) run.factsRead = Math.max(run.factsRead, offset);
    }
    this.#run = run;
    this.#feed();
    await keeper.whenApplied(EVENTS, this.partition, this.events.length);
    await keeper.whenApplied(DELIVERIES, this.partition, this.facts.length);
    await keeper.between(async () => {
      for (const partition of partitions) await dispatcher.own(partition);
    });
    await this.time.settle();
  }

  /** As by `kill -9`: nothing of the process acts any more, not even what it has under way. */
  crash(): void {
    if (this.#run !== undefined) this.#run.alive = false;
    void this.#run?.keeper.stop();
    this.#run = undefined;
    this.inFlight = 0;
  }

  async stop(): Promise<void> {
    await this.#run?.dispatcher.stop();
    await this.#run?.keeper.stop();
    this.#run = undefined;
  }

  async redeliver(callback: Callback): Promise<void> {
    const at = this.time.now();
    this.facts.push({ type: "RedeliveryRequested", deliveryId: callback.id, paymentId: callback.paymentId, requestId: "r", at, by: "operations" });
    this.#feed();
    await this.time.settle();
  }

  get dispatcher(): Dispatcher {
    return this.#run!.dispatcher;
  }

  /** All events and facts lie in one partition, which is enough: partitions share nothing. */
  #feed(): void {
    const run = this.#run;
    if (run === undefined) return;
    const events = this.events.slice(run.eventsRead);
    if (events.length > 0) {
      const owedNow = events.map((callback, index) => ({ offset: run.eventsRead + index, callback }));
      run.eventsRead = this.events.length;
      void run.keeper.takeEvents({ partition: this.partition, offset: run.eventsRead, seq: run.eventsRead, head: new Uint8Array() }, owedNow);
    }
    const facts = this.facts.slice(run.factsRead).map((fact, index) => ({ offset: run.factsRead + index, fact }));
    if (facts.length === 0) return;
    run.factsRead = this.facts.length;
    void run.keeper.takeFacts(this.partition, run.factsRead, facts);
  }

  async #append(fact: DeliveryFact, run: { alive: boolean }): Promise<number> {
    await this.time.yield();
    if (!run.alive) return new Promise(() => undefined);
    const fault = this.appendFault?.();
    if (fault === "refused") throw new Error("not appended");
    this.facts.push(fact);
    const offset = this.facts.length - 1;
    this.#feed();
    if (fault === "lost") throw new Error("appended, and the answer lost");
    return offset;
  }

  async #receive(request: HttpRequest, run: { alive: boolean }): Promise<HttpOutcome> {
    const receipt: Receipt = {
      id: request.headers["webhook-id"]!,
      url: request.url,
      body: new TextDecoder().decode(request.body),
      headers: request.headers,
      at: this.time.now(),
    };
    this.receipts.push(receipt);
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    const outcome = await this.answer(receipt);
    this.inFlight -= 1;
    return run.alive ? outcome : new Promise<never>(() => undefined);
  }
}

export const status = (code: number): HttpOutcome => ({ kind: "response", status: code, headers: {}, body: new Uint8Array(), truncated: false });
export const ok = status(200);
export const timedOut: HttpOutcome = { kind: "unknown", cause: "timeout" };
