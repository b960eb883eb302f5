import { type Account, type MerchantId, type Mode, parseAccount } from "@malipo/kernel";
import { TopicBarrier } from "@malipo/key-store";
import {
  type CallbackEndpoint,
  type Channel,
  type Facade,
  type MerchantState,
  type OpenMerchant,
  type Platform,
  type SigningKey,
  callbackSecretsOf,
} from "@malipo/merchant-lifecycle";
import { type Clock, type EventLog, type KeyOwner, LogUnavailableError, type Logger, type Scheduler, type StoredRecord, type Tail, type Vault } from "@malipo/ports";
import { type FoundCredential, MerchantTable } from "./merchant-table.js";
import { STATE_TOPIC, readStateRecord } from "./state-record.js";

/** Requests that pass: `burst` at once, then `perSecond` for ever. */
export type RequestTier = Readonly<{ perSecond: number; burst: number }>;

const CHECK_SPACING_MS = 100;
const CHECK_MS = 2_000;

export const DEFAULT_TIER: RequestTier = { perSecond: 100, burst: 200 };

/** What the log brought; `stale` when something newer of the same merchant stands before it. */
export type StateListener = (state: MerchantState, stale: boolean) => void;

export type MerchantDirectoryPorts = Readonly<{
  log: EventLog;
  clock: Clock;
  scheduler: Scheduler;
  logger: Logger;
  /** Needed by `callbackSecrets` alone; it must hold the purpose `callback-secrets`. */
  vault?: Vault;
}>;

/** Whose key seals the callback secrets of a facade in a mode, and the name it is bound to. */
export const callbackSecretSeal = (merchantId: MerchantId, facade: Facade, mode: Mode): { owner: KeyOwner; field: string } => ({
  owner: { purpose: "callback-secrets", account: `${merchantId}/${mode}` as Account },
  field: `merchant/${merchantId}/callback-secret/${facade}/${mode}`,
});

/**
 * Every merchant, in memory, as `merchants.state.v1` tells it: nobody asks auth-token while answering a request. A service
 * is not ready before the directory has read to the end that the topic had at the start.
 */
export class MerchantDirectory {
  private readonly table = new MerchantTable();
  private readonly barrier: TopicBarrier;
  private readonly listeners = new Set<StateListener>();
  private readonly versionWaiters = new Set<{ merchantId: string; version: number; resolve: () => void }>();
  private tail: Tail | undefined;
  private ready = false;
  private checkedAtMs = Number.NEGATIVE_INFINITY;
  private nextCheck: Promise<void> | undefined;

  constructor(private readonly ports: MerchantDirectoryPorts) {
    this.barrier = new TopicBarrier(ports.log, STATE_TOPIC);
  }

  async start(): Promise<void> {
    const from = await this.barrier.begin();
    this.tail = await this.ports.log.tail(STATE_TOPIC, from, (partition, records) => this.read(partition, records));
    await this.barrier.caughtUp();
    this.ready = true;
  }

  async stop(): Promise<void> {
    await this.tail?.stop();
    this.barrier.close(new Error("the merchant directory is stopped"));
  }

  /** Whether it has once read everything; from then on it follows. */
  isCaughtUp(): boolean {
    return this.ready;
  }

  /** Resolves once everything that was in the topic when this was called has been read. */
  caughtUp(): Promise<void> {
    return this.barrier.caughtUp();
  }

  /**
   * `caughtUp` for what anybody can provoke: an unknown client or key may have been made by another instance a moment ago.
   * The log is asked ten times a second at most, and for two seconds at most. @throws LogUnavailableError
   */
  recheck(): Promise<void> {
    return (this.nextCheck ??= this.check());
  }

  private async check(): Promise<void> {
    const { clock, scheduler } = this.ports;
    await scheduler.sleep(Math.max(0, this.checkedAtMs + CHECK_SPACING_MS - clock.monotonicMs()));
    this.checkedAtMs = clock.monotonicMs();
    this.nextCheck = undefined;
    const done = new AbortController();
    const late = scheduler.sleep(CHECK_MS, done.signal).then(
      () => Promise.reject(new LogUnavailableError("merchants.state.v1 cannot be read to its end now")),
      () => undefined,
    );
    await Promise.race([this.barrier.caughtUp(), late]).finally(() => done.abort());
  }

  /** Resolves once this version of the merchant, or a newer one, has been read back; rejects when the signal is aborted. */
  whenVersion(merchantId: string, version: number, signal: AbortSignal): Promise<void> {
    if (this.table.version(merchantId) >= version) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = { merchantId, version, resolve };
      this.versionWaiters.add(waiter);
      signal.addEventListener(
        "abort",
        () => {
          this.versionWaiters.delete(waiter);
          reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  /** Is told everything from now on; subscribe before `start` to be told everything. Returns how to end it. */
  subscribe(listener: StateListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Version of the newest state read of a merchant or the platform; 0 when there is none. */
  version(merchantId: string): number {
    return this.table.version(merchantId);
  }

  merchant(merchantId: MerchantId): OpenMerchant | undefined {
    return this.table.merchant(merchantId);
  }

  merchants(): readonly OpenMerchant[] {
    return this.table.all();
  }

  /** Also finds what is revoked: the caller decides what that means. */
  credentialByHandle(handle: string): FoundCredential | undefined {
    return this.table.byHandle(handle);
  }

  credentialByClientId(clientId: string): FoundCredential | undefined {
    const found = this.table.byHandle(clientId);
    return found?.credential.kind === "oauth_client" ? found : undefined;
  }

  tier(account: Account, facade: Facade = "kodipay"): RequestTier {
    const tier = this.of(account)?.tiers.find((known) => known.facade === facade);
    return tier === undefined ? DEFAULT_TIER : { perSecond: tier.perMinute / 60, burst: tier.burst };
  }

  channels(account: Account): readonly Channel[] {
    const { mode } = parseAccount(account);
    return this.of(account)?.channels.filter((channel) => channel.mode === mode) ?? [];
  }

  endpoint(account: Account, facade: Facade): CallbackEndpoint | undefined {
    return this.of(account)?.endpoints.find((known) => known.facade === facade);
  }

  /** Secrets that sign the account's callbacks of a facade, newest first; an erased one is left out. */
  async callbackSecrets(account: Account, facade: Facade = "kodipay"): Promise<readonly string[]> {
    const { vault } = this.ports;
    if (vault === undefined) throw new Error("this directory was made without a vault");
    const merchant = this.of(account);
    if (merchant === undefined) return [];
    const { merchantId, mode } = parseAccount(account);
    const { owner, field } = callbackSecretSeal(merchantId, facade, mode);
    const opened = await Promise.all(callbackSecretsOf(merchant, facade, mode).map(({ sealed }) => vault.open(owner, field, sealed)));
    return opened.filter((secret) => secret !== "erased").map((secret) => Buffer.from(secret).toString("utf8"));
  }

  signingKeys(): readonly SigningKey[] {
    return this.table.platform?.signingKeys ?? [];
  }

  platform(): Platform | undefined {
    return this.table.platform;
  }

  private of(account: Account): OpenMerchant | undefined {
    return this.table.merchant(parseAccount(account).merchantId);
  }

  private read(partition: number, records: readonly StoredRecord[]): void {
    for (const record of records) {
      this.apply(record);
      this.barrier.advance(partition, record.offset + 1);
    }
  }

  private apply(record: StoredRecord): void {
    let state: MerchantState;
    try {
      state = readStateRecord(record);
    } catch (error) {
      // A merchant whose newest state cannot be read is shut out: an older state might let a revoked credential in.
      this.table.remove(record.key);
      this.ports.logger.error({ error, merchantId: record.key, offset: record.offset }, "a merchant's state is unreadable");
      return;
    }
    const fresh = this.table.put(state);
    const stale = !fresh && this.table.version(state.merchantId) > state.version;
    for (const listener of this.listeners) listener(state, stale);
    if (!fresh) return;
    for (const waiter of this.versionWaiters) {
      if (waiter.merchantId !== state.merchantId || waiter.version > state.version) continue;
      this.versionWaiters.delete(waiter);
      waiter.resolve();
    }
  }
}
