import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { KafkaEventLog, TopicWriter, createTopics } from "@malipo/event-log";
import { type Account, type PayerId, type Sealed, accountOf, merchantId, partitionOf } from "@malipo/kernel";
import type { KeyOwner, KeyRing } from "@malipo/ports";
import { FileKeyRing, silentLogger, systemClock, systemRandom, systemScheduler } from "@malipo/runtime";
import { SealBrokenError } from "@malipo/security";
import { testKafkaBrokers, uniqueName } from "@malipo/testing";
import { LogVault } from "./log-vault.js";

const TOPIC = "keys.state.v1";
const keyRing = FileKeyRing.of({ "personal-data": Buffer.alloc(32, 1), "callback-secrets": Buffer.alloc(32, 2) });
const fatal = (error: unknown): void => {
  throw error;
};
const common = { clock: systemClock, scheduler: systemScheduler, logger: silentLogger };

const newAccount = (): Account => accountOf(merchantId(Buffer.from(systemRandom.bytes(16)).toString("hex")), "test");
const payer = "79ae6dea8dea8dd702665f3da21ad99a" as PayerId;

describe("the vault on the log", () => {
  let log: KafkaEventLog;
  let writer: TopicWriter;
  const open: LogVault[] = [];

  const newVault = async (ring: KeyRing = keyRing): Promise<LogVault> => {
    const vault = new LogVault({ log, writer, keyRing: ring, random: systemRandom, clock: systemClock, logger: silentLogger }, "/malipo/spec");
    await vault.start();
    open.push(vault);
    return vault;
  };
  const keyCount = async (account: Account): Promise<number> => {
    const partition = partitionOf(account);
    const { start, end } = (await log.ends(TOPIC)).get(partition)!;
    let count = 0;
    for (let offset = start; offset < end; offset++) {
      if ((await log.read(TOPIC, partition, offset))?.key.startsWith(account)) count++;
    }
    return count;
  };

  beforeAll(async () => {
    await createTopics({ brokers: testKafkaBrokers(), clientId: "spec", replicationFactor: 1 });
    log = new KafkaEventLog({ brokers: testKafkaBrokers(), clientId: uniqueName("vault"), random: systemRandom, onFatal: fatal, ...common });
    writer = new TopicWriter({ log, topic: TOPIC, ...common });
    // A broker that was just told of a topic may need a moment to lead it.
    while (!(await log.ends(TOPIC).then(() => true, () => false))) await systemScheduler.sleep(50);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((vault) => vault.stop()));
  });
  afterAll(async () => {
    await writer.close();
    await log.close();
  });

  it("opens in another process what one has sealed, also when it was running before the key was made", async () => {
    const [a, b] = [await newVault(), await newVault()];
    const owner: KeyOwner = { purpose: "personal-data", account: newAccount(), payer };
    const sealed = await a.seal(owner, "payment/1/payer", "+243812345789");
    expect(Buffer.from((await b.open(owner, "payment/1/payer", sealed)) as Uint8Array).toString()).toBe("+243812345789");
    const late = await newVault();
    expect(Buffer.from((await late.open(owner, "payment/1/payer", sealed)) as Uint8Array).toString()).toBe("+243812345789");
  });

  it("makes one key for fifty first uses at once, and another for another payer, purpose, or account", async () => {
    const vault = await newVault();
    const account = newAccount();
    const owner: KeyOwner = { purpose: "personal-data", account, payer };
    const sealed = await Promise.all(Array.from({ length: 50 }, (_, n) => vault.seal(owner, `f/${n}`, "x")));
    expect(new Set(sealed.map((text) => text.split(".")[1])).size).toBe(1);
    expect(new Set(sealed).size).toBe(50);
    expect(await keyCount(account)).toBe(1);
    await vault.seal({ ...owner, payer: "another" as PayerId }, "f", "x");
    await vault.seal({ purpose: "callback-secrets", account }, "f", "x");
    expect(await keyCount(account)).toBe(3);
  });

  it("opens nothing in another place, nor without the purpose's key", async () => {
    const vault = await newVault();
    const owner: KeyOwner = { purpose: "callback-secrets", account: newAccount() };
    const sealed = await vault.seal(owner, "a", "secret");
    await expect(vault.open(owner, "b", sealed)).rejects.toThrow(SealBrokenError);
    await expect(vault.open({ ...owner, purpose: "personal-data" }, "a", sealed)).rejects.toThrow();
    const other = await newVault(FileKeyRing.of({ "personal-data": Buffer.alloc(32, 1) }));
    await expect(other.open(owner, "a", sealed)).rejects.toMatchObject({ code: "key_not_held" });
  });

  it("erases a payer everywhere and for ever, and starts anew when the payer comes back", async () => {
    const [a, b] = [await newVault(), await newVault()];
    const owner: KeyOwner = { purpose: "personal-data", account: newAccount(), payer };
    const other: KeyOwner = { ...owner, payer: "another" as PayerId };
    const [gone, kept] = [await a.seal(owner, "f", "gone"), await a.seal(other, "f", "kept")];
    expect(Buffer.from((await b.open(owner, "f", gone)) as Uint8Array).toString()).toBe("gone");

    await b.erase(owner.account, payer);
    expect(await b.open(owner, "f", gone)).toBe("erased");
    const c = await newVault();
    expect(await c.open(owner, "f", gone)).toBe("erased");
    expect(Buffer.from((await c.open(other, "f", kept)) as Uint8Array).toString()).toBe("kept");

    const again = await c.seal(owner, "f", "again");
    expect(Buffer.from((await b.open(owner, "f", again)) as Uint8Array).toString()).toBe("again");
    expect(await b.open(owner, "f", gone)).toBe("erased");
  });

  it("says erased of a key that never was only after reading to the end", async () => {
    const vault = await newVault();
    const owner: KeyOwner = { purpose: "personal-data", account: newAccount(), payer };
    const sealed = (await vault.seal(owner, "f", "x")).replace(/\.[^.]+\./, `.${Buffer.alloc(16, 9).toString("base64url")}.`) as Sealed;
    expect(await vault.open(owner, "f", sealed)).toBe("erased");
  });

  it("puts nothing in the clear on the topic", async () => {
    const vault = await newVault();
    const account = newAccount();
    const before = (await log.ends(TOPIC)).get(partitionOf(account))!.end;
    await vault.seal({ purpose: "personal-data", account, payer }, "payment/1/payer", "+243812345789");
    const record = await log.read(TOPIC, partitionOf(account), before);
    expect(record?.key).toMatch(new RegExp(`^${account}/${payer}/[A-Za-z0-9_-]{22}$`));
    const bytes = Buffer.from(record!.value).toString("latin1");
    expect(bytes).not.toContain("243812345789");
    expect(JSON.parse(bytes)).toEqual({ purpose: "personal-data", wrapped: expect.stringMatching(/^[A-Za-z0-9_-]{80}$/) });
  });
});
