import type { Account, PayerId, Sealed } from "@malipo/kernel";
import type { Clock, EventLog, KeyOwner, KeyRing, Logger, OutgoingRecord, Random, StoredRecord, Tail, Vault } from "@malipo/ports";
import { DATA_KEY_BYTES, type DataKey, NONCE_BYTES, type SealContext, dataKeyOf, keyIdOf, openWith, sealWith } from "@malipo/security";
import { DataKeyCache } from "./data-key-cache.js";
import { createdRecord, erasedRecord, ownerKey, ownerOf, readKeyRecord } from "./key-record.js";
import { TopicBarrier } from "./topic-barrier.js";
import { type WrappedKey, WrappedKeys } from "./wrapped-keys.js";

const TOPIC = "keys.state.v1";
const UNWRAPPED_MAX = 10_000;

/** Appends one record and resolves once the broker has acknowledged it; rejects when that is not known. */
export interface KeyWriter {
  write(partition: number, record: OutgoingRecord): Promise<{ partition: number; offset: number }>;
}

export type LogVaultPorts = Readonly<{ log: EventLog; writer: KeyWriter; keyRing: KeyRing; random: Random; clock: Clock; logger: Logger }>;

/**
 * Data keys of accounts and payers on `keys.state.v1`, wrapped. A key is in the log before the first ciphertext made
 * with it leaves the process, or the ciphertext could outlive its key; erasing a payer is a tombstone for each of its keys.
 */
export class LogVault implements Vault {
  private readonly wrapped = new WrappedKeys();
  private readonly unwrapped: DataKeyCache;
  private readonly barrier: TopicBarrier;
  private readonly creating = new Map<string, Promise<string>>();
  /** Tombstones of our own that the tail has not brought yet: it must not bring the erased key back before them. */
  private readonly erasedAhead = new Set<string>();
  private tail: Tail | undefined;

  constructor(
    private readonly ports: LogVaultPorts,
    private readonly source: string,
    unwrappedMax = UNWRAPPED_MAX,
  ) {
    this.unwrapped = new DataKeyCache(unwrappedMax);
    this.barrier = new TopicBarrier(ports.log, TOPIC);
  }

  /** Reads every key that is in the log now, and goes on reading. */
  async start(): Promise<void> {
    const from = await this.barrier.begin();
    this.tail = await this.ports.log.tail(TOPIC, from, (partition, records) => this.read(partition, records));
    await this.barrier.caughtUp();
  }

  async stop(): Promise<void> {
    await this.tail?.stop();
    this.barrier.close(new Error("the key store is stopped"));
  }

  async seal(owner: KeyOwner, field: string, plain: string | Uint8Array): Promise<Sealed> {
    const keyId = this.wrapped.current(ownerOf(owner), owner.purpose)?.keyId ?? (await this.create(owner));
    const dataKey = this.dataKey(owner, keyId);
    // The key may have been erased while it was being made: then this is the first use of a new one.
    if (dataKey === undefined) return this.seal(owner, field, plain);
    return sealWith(dataKey, keyId, this.ports.random.bytes(NONCE_BYTES), contextOf(owner, field), plain);
  }

  async open(owner: KeyOwner, field: string, sealed: Sealed): Promise<Uint8Array | "erased"> {
    const keyId = keyIdOf(sealed);
    let dataKey = this.dataKey(owner, keyId);
    if (dataKey === undefined) {
      await this.barrier.caughtUp();
      dataKey = this.dataKey(owner, keyId);
    }
    return dataKey === undefined ? "erased" : openWith(dataKey, contextOf(owner, field), sealed);
  }

  /** Makes everything sealed for the payer unreadable, everywhere, for ever. Resolves once the log has the tombstones. */
  async erase(account: Account, payer: PayerId): Promise<void> {
    await this.barrier.caughtUp();
    const owner = ownerKey(account, payer);
    await Promise.all(
      this.wrapped.keyIds(owner).map(async (keyId) => {
        const { partition, record } = erasedRecord(account, payer, keyId, this.ports.clock.now(), this.source);
        const { offset } = await this.ports.writer.write(partition, record);
        if (offset >= this.barrier.position(partition)) this.erasedAhead.add(keyId);
        this.forget(owner, keyId);
      }),
    );
  }

  private create(owner: KeyOwner): Promise<string> {
    const key = `${ownerOf(owner)}/${owner.purpose}`;
    const running = this.creating.get(key);
    if (running !== undefined) return running;
    const made = this.append(owner).finally(() => this.creating.delete(key));
    this.creating.set(key, made);
    return made;
  }

  private async append(owner: KeyOwner): Promise<string> {
    const keyId = Buffer.from(this.ports.random.bytes(16)).toString("base64url");
    const dataKey = Uint8Array.from(this.ports.random.bytes(DATA_KEY_BYTES));
    const wrapped: WrappedKey = { keyId, wrapped: this.ports.keyRing.wrap(owner.purpose, dataKey, wrapContext(owner, keyId)) };
    const { partition, record } = createdRecord(owner, wrapped, this.ports.clock.now(), this.source);
    const { offset } = await this.ports.writer.write(partition, record);
    // Where the tail came first it knows better: the key may be erased by now.
    if (offset >= this.barrier.position(partition)) {
      this.wrapped.add(ownerOf(owner), owner.purpose, wrapped);
      this.unwrapped.put(keyId, dataKeyOf(dataKey));
    }
    return keyId;
  }

  private dataKey(owner: KeyOwner, keyId: string): DataKey | undefined {
    const wrapped = this.wrapped.find(ownerOf(owner), keyId);
    if (wrapped === undefined) return undefined;
    const known = this.unwrapped.get(keyId);
    if (known !== undefined) return known;
    const dataKey = dataKeyOf(this.ports.keyRing.unwrap(owner.purpose, wrapped.wrapped, wrapContext(owner, keyId)));
    this.unwrapped.put(keyId, dataKey);
    return dataKey;
  }

  private forget(owner: string, keyId: string): void {
    this.wrapped.remove(owner, keyId);
    this.unwrapped.drop(keyId);
  }

  private read(partition: number, records: readonly StoredRecord[]): void {
    for (const stored of records) {
      this.apply(stored);
      this.barrier.advance(partition, stored.offset + 1);
    }
  }

  private apply(stored: StoredRecord): void {
    try {
      const change = readKeyRecord(stored);
      if (change.kind === "erased") {
        this.forget(change.owner, change.keyId);
        this.erasedAhead.delete(change.keyId);
      } else if (!this.erasedAhead.has(change.key.keyId)) {
        this.wrapped.add(change.owner, change.purpose, change.key);
      }
    } catch (error) {
      // What it may have held stays sealed, which harms nobody else's keys; so it is said and passed over.
      this.ports.logger.error({ error, partition: stored.partition, offset: stored.offset }, "a record of keys.state.v1 is unreadable");
    }
  }
}

const contextOf = (owner: KeyOwner, field: string): SealContext => ({
  account: owner.account,
  payer: owner.payer ?? "-",
  purpose: owner.purpose,
  field,
});

const wrapContext = (owner: KeyOwner, keyId: string): string => `${ownerOf(owner)}/${keyId}`;
