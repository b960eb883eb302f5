import type { PaymentEventCodec } from "@malipo/event-contracts";
import { type Account, type ChannelId, type PayerId, type PaymentId, type ProviderId, type Sealed, currency, money, zero } from "@malipo/kernel";
import type { NextCandidate, PaymentCommand } from "@malipo/payment-lifecycle";
import type { Clock, EventLog, Random, Scheduler, Vault } from "@malipo/ports";
import type { PaymentProvider } from "@malipo/provider-contract";
import { Router } from "../router.js";
import type { RouterConfig, RouterPorts } from "../router-ports.js";
import { MemoryRouterStore } from "../track-payments/memory-router-store.js";
import { WorldLog, WorldTail, ownAll } from "./world-log.js";

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noMetrics = { count: () => undefined, gauge: () => undefined, observe: () => undefined };

export const account = "0f3c8ae1d2b94b7f9a6c5d4e3f201182/test" as Account;
const never = new Promise<never>(() => undefined);

export const defaultConfig: Omit<RouterConfig, "instance"> = {
  times: {
    sendBeforeMs: 10_000,
    skewMs: 2_000,
    callDeadlineMs: 15_000,
    queryDeadlineMs: 5_000,
    polls: { firstMs: [1_000, 2_000, 4_000], capMs: 60_000, jitter: 0 },
  },
  callsPerProviderMax: 64,
  queriesPerProviderMax: 32,
};

export class MemoryVault implements Vault {
  private readonly sealed = new Map<string, Uint8Array>();

  async seal(_owner: unknown, field: string, plain: string | Uint8Array): Promise<Sealed> {
    const name = `v1.memory-vault.${String(this.sealed.size).padStart(16, "0")}.${field.replaceAll("/", "-")}` as Sealed;
    this.sealed.set(name, typeof plain === "string" ? new TextEncoder().encode(plain) : plain);
    return name;
  }

  async open(_owner: unknown, _field: string, sealed: Sealed): Promise<Uint8Array | "erased"> {
    return this.sealed.get(sealed) ?? "erased";
  }
}

/** A router in a process of its own that can die at any moment: a dead one's ports never answer again. */
export type Instance = { router: Router; tail: WorldTail; dead: boolean; kill: () => void; fault?: unknown };

type Time = Clock & Scheduler;

export class RouterWorld {
  readonly log: WorldLog;
  store = new MemoryRouterStore();
  readonly vault = new MemoryVault();
  private drawn = 0;
  private started = 0;

  constructor(readonly time: Time, private readonly providers: (instance: { dead: boolean }) => ReadonlyMap<string, PaymentProvider>) {
    this.log = new WorldLog(time);
  }

  /** `dieAt` is the failpoint at which this process is killed. */
  async start(options: { dieAt?: string; config?: Partial<RouterConfig>; clock?: Clock; codec?: PaymentEventCodec } = {}): Promise<Instance> {
    const tail = new WorldTail(this.log);
    const instance = { dead: false, tail } as Instance;
    instance.kill = () => {
      instance.dead = true;
      void tail.stop();
    };
    const alive = <Value>(task: () => Promise<Value>): Promise<Value> => (instance.dead ? never : task());
    const { time, log, vault } = this;
    const eventLog = {
      own: (_topic: string, _group: string, listener: Parameters<EventLog["own"]>[2]) => ownAll(listener),
      consumeOwned: (_topic: string, _group: string, handler: Parameters<EventLog["consumeOwned"]>[2]) =>
        log.consume({
          takeOver: (partition, signal) => handler.takeOver(partition, signal),
          handOver: (partition) => handler.handOver(partition),
          deliver: (partition, records) => alive(() => Promise.resolve(handler.deliver(partition, records))),
        }),
      ends: async () => new Map(log.evidence.map((records, partition) => [partition, { start: 0, end: records.length }] as const)),
    } as unknown as EventLog;
    const ports: RouterPorts = {
      log: eventLog,
      tail,
      store: {
        load: () => this.store.load(),
        offsets: () => alive(() => this.store.offsets()),
        save: (batch) => alive(() => this.store.save(batch)),
        payments: (ids) => alive(() => this.store.payments(ids)),
        paymentOfAttempt: (id) => alive(() => this.store.paymentOfAttempt(id)),
        evidenceOffsets: () => this.store.evidenceOffsets(),
        saveEvidenceOffsets: (offsets) => alive(() => this.store.saveEvidenceOffsets(offsets)),
      },
      commands: { send: (command, about) => alive(() => log.send(command, about)) },
      vault,
      evidence: log.evidenceWriter,
      parked: log.parkedWriter,
      providers: this.providers(instance),
      clock: options.clock ?? time,
      scheduler: { after: (ms, task) => time.after(ms, () => !instance.dead && task()), yield: () => time.yield(), sleep: (ms, signal) => time.sleep(ms, signal) },
      random: this.random(),
      ...(options.codec !== undefined && { codec: options.codec }),
      logger: silent,
      metrics: noMetrics,
      onFatal: (error) => {
        instance.kill();
        instance.fault = error;
      },
      failpoint: (name) => {
        if (name !== options.dieAt || instance.dead) return;
        instance.kill();
        throw new Error(`killed at ${name}`);
      },
    };
    instance.router = new Router(ports, { ...defaultConfig, ...options.config, instance: `router-${this.started++}` });
    await instance.router.start();
    return instance;
  }

  async pay(payment: { id: string; payer?: string; country?: string; minor?: bigint; currency?: string; providers: readonly string[] }): Promise<PaymentId> {
    const paymentId = payment.id.padStart(32, "0") as PaymentId;
    const code = currency(payment.currency ?? "USD");
    const channels = payment.providers.map((id): NextCandidate => ({ provider: id as ProviderId, channelId: `${id}-channel` as ChannelId }));
    const sealed = await this.vault.seal({}, `payment/${paymentId}/payer`, payment.payer ?? "+243812345789");
    const command: PaymentCommand = {
      type: "InitiatePayment",
      paymentId,
      direction: "collection",
      reference: payment.id,
      amount: money(payment.minor ?? 1_000n, code),
      method: "mobile_money",
      payer: { id: "payer" as PayerId, country: payment.country ?? "COD", account: sealed },
      terms: { version: 0, feeFixed: zero(code), feeBasisPoints: 0, channels, expiresAfterMs: 60_000, resolveAfterMs: 30_000 },
      request: { scope: "kodipay", fingerprint: "f" },
    };
    this.log.command(command, account);
    return paymentId;
  }

  private random(): Random {
    return {
      bytes: (length) => Buffer.alloc(length, ++this.drawn),
      below: () => 0,
      uuid: () => `00000000-0000-7000-8000-${String(++this.drawn).padStart(12, "0")}`,
    };
  }
}
