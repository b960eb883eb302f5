import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { KafkaEventLog, TopicWriter, createTopics } from "@malipo/event-log";
import { type Instant, type MerchantId, accountOf, instant, partitionOf } from "@malipo/kernel";
import type { CredentialId, OpenMerchant } from "@malipo/merchant-lifecycle";
import { silentLogger, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { testKafkaBrokers, uniqueName } from "@malipo/testing";
import { MerchantDirectory } from "./merchant-directory.js";
import { stateRecord } from "./state-record.js";

const TOPIC = "merchants.state.v1";
const common = { clock: systemClock, scheduler: systemScheduler, logger: silentLogger };
const newId = (): MerchantId => Buffer.from(systemRandom.bytes(16)).toString("hex") as MerchantId;

const state = (merchantId: MerchantId, version: number, change: Partial<OpenMerchant> = {}): OpenMerchant => ({
  kind: "merchant",
  merchantId,
  version,
  name: `v${version}`,
  createdAt: instant(0),
  kycValidated: false,
  credentials: [],
  callbackSecrets: [],
  tiers: [],
  endpoints: [],
  channels: [],
  ...change,
});
const client = (handle: string, revokedAt?: Instant): OpenMerchant["credentials"][number] => ({
  credentialId: `id-${handle}` as CredentialId,
  kind: "oauth_client",
  mode: "test",
  handle,
  createdAt: instant(0),
  secrets: [{ secret: { form: "hash", hash: "h" }, lastFour: "abcd" }],
  ...(revokedAt !== undefined && { revokedAt }),
});

describe("the merchant directory", () => {
  let log: KafkaEventLog;
  let writer: TopicWriter;
  let directory: MerchantDirectory;

  const publish = async (merchant: OpenMerchant): Promise<void> => {
    const { partition, record } = stateRecord(merchant, systemClock.now(), "/malipo/spec");
    await writer.write(partition, record);
  };

  beforeAll(async () => {
    await createTopics({ brokers: testKafkaBrokers(), clientId: "spec", replicationFactor: 1 });
    const onFatal = (error: unknown): void => {
      throw error;
    };
    log = new KafkaEventLog({ ...common, brokers: testKafkaBrokers(), clientId: uniqueName("directory"), random: systemRandom, onFatal });
    writer = new TopicWriter({ ...common, log, topic: TOPIC });
    directory = new MerchantDirectory({ ...common, log });
    await directory.start();
  });
  afterAll(async () => {
    await directory.stop();
    await writer.close();
    await log.close();
  });

  it("keeps the newest state of a merchant, whatever the order it was written in, and says what is stale", async () => {
    const merchantId = newId();
    const heard: [number, boolean][] = [];
    const end = directory.subscribe((known, stale) => {
      if (known.merchantId === merchantId) heard.push([known.version, stale]);
    });
    for (const version of [1, 3, 2, 3]) await publish(state(merchantId, version));
    await directory.caughtUp();
    end();
    expect(directory.merchant(merchantId)?.name).toBe("v3");
    expect(heard).toEqual([[1, false], [3, false], [2, true], [3, false]]);
    const later = new MerchantDirectory({ ...common, log });
    await later.start();
    expect(later.isCaughtUp()).toBe(true);
    expect(later.merchant(merchantId)?.name).toBe("v3");
    await later.stop();
  });

  it("finds a client by its id until the state says otherwise", async () => {
    const merchantId = newId();
    const handle = uniqueName("kd_test");
    await publish(state(merchantId, 1, { credentials: [client(handle)] }));
    await directory.whenVersion(merchantId, 1, AbortSignal.timeout(5_000));
    expect(directory.credentialByClientId(handle)?.merchant.merchantId).toBe(merchantId);
    await publish(state(merchantId, 2, { credentials: [client(handle, instant(5))] }));
    await directory.whenVersion(merchantId, 2, AbortSignal.timeout(5_000));
    expect(directory.credentialByClientId(handle)?.credential.revokedAt).toBe(5);
    expect(directory.credentialByClientId("nobody")).toBeUndefined();
  });

  it("tells an account's tier and channels, with defaults for who has none", async () => {
    const merchantId = newId();
    await publish(state(merchantId, 1, { tiers: [{ facade: "kodipay", perMinute: 120, burst: 7 }] }));
    await directory.caughtUp();
    expect(directory.tier(accountOf(merchantId, "live"))).toEqual({ perSecond: 2, burst: 7 });
    expect(directory.tier(accountOf(merchantId, "live"), "kpay")).toEqual({ perSecond: 100, burst: 200 });
    expect(directory.tier(accountOf(newId(), "test"))).toEqual({ perSecond: 100, burst: 200 });
    expect(directory.channels(accountOf(newId(), "test"))).toEqual([]);
  });

  it("shuts out a merchant whose newest state it cannot read, and nobody else", async () => {
    const [broken, fine] = [newId(), newId()];
    await publish(state(broken, 1));
    await publish(state(fine, 1));
    const { record } = stateRecord(state(broken, 2), systemClock.now(), "/malipo/spec");
    await writer.write(partitionOf(broken), { ...record, value: Buffer.from('{"kind":"merchant"}') });
    await directory.caughtUp();
    expect(directory.merchant(broken)).toBeUndefined();
    expect(directory.merchant(fine)?.name).toBe("v1");
    await publish(state(broken, 3));
    await directory.caughtUp();
    expect(directory.merchant(broken)?.name).toBe("v3");
  });

  it("asks the log at most ten times a second when anybody can make it ask", async () => {
    const before = systemClock.monotonicMs();
    await Promise.all(Array.from({ length: 200 }, () => directory.recheck()));
    await directory.recheck();
    await directory.recheck();
    expect(systemClock.monotonicMs() - before).toBeGreaterThanOrEqual(195);
  });
});
