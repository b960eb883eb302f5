import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { historyOf, judge, judgeSecrets, type AcceptedCallback, type End, type Journals, type Violation } from "@malipo/simulation/judges";
import { CallbackJournal } from "../../harness/callback-journal.js";
import { Companions } from "../../harness/companions.js";
import { callbackLink, FaultLinks } from "../../harness/fault-links.js";
import { LaunchedPlatform } from "../../harness/launched-platform.js";
import { Sandbox } from "../../harness/sandbox.js";
import { TestMerchant } from "../../harness/test-merchant.js";
import type { Choice, FaultGround } from "../fault.js";
import { readRows } from "../journals/database-rows.js";
import { readPlaces } from "../journals/places.js";
import { plantedSecrets } from "../journals/planted-secrets.js";
import { ProviderJournal } from "../journals/provider-journal.js";
import { TopicJournal } from "../journals/topic-journal.js";
import { CarefulMerchant } from "../load/careful-merchant.js";
import { ClientJournal, type Asked } from "../load/client-journal.js";

const merchantsCount = 8;
const readyWithinMs = 120_000;

export interface Judged {
  readonly violations: readonly Violation[];
  /** What happened to the payment that a broken rule is about. */
  readonly history: (violation: Violation) => readonly string[];
}

/** A platform with everything that a run needs around it: second instances, merchants, their callbacks, and all journals. */
export class Stage {
  readonly client = new ClientJournal();
  readonly merchants: readonly CarefulMerchant[];
  private readonly topics: TopicJournal;
  private readonly provider: ProviderJournal;

  private constructor(
    readonly platform: LaunchedPlatform,
    private readonly companions: Companions,
    private readonly receiver: CallbackJournal,
    merchants: readonly TestMerchant[],
  ) {
    const addresses = [platform.demo.baseUrl, companions.url("payment-intake")!];
    this.merchants = merchants.map((merchant) => new CarefulMerchant(merchant, addresses, this.client));
    this.topics = new TopicJournal(platform.demo.kafkaBrokers);
    this.provider = new ProviderJournal(join(platform.home, "sandbox", "journal.jsonl"));
  }

  static async open(home: string, env: Readonly<Record<string, string>>): Promise<Stage> {
    mkdirSync(home, { recursive: true });
    const platform = await LaunchedPlatform.start(home, env);
    let companions: Companions | undefined;
    let receiver: CallbackJournal | undefined;
    try {
      await platform.awaitReady();
      companions = await Companions.start(platform, ["payment-intake", "provider-router", "callback-dispatcher"]);
      receiver = await CallbackJournal.open();
      return new Stage(platform, companions, receiver, await provisioned(platform, receiver));
    } catch (error) {
      // Half a platform would go on beside the next one, and its receiver would keep this process alive for ever.
      await Promise.allSettled([companions?.stop(), receiver?.close()]);
      await platform.discard().catch(() => undefined); // what went wrong first is what is told
      throw error;
    }
  }

  ground(choice: Choice): FaultGround {
    const { platform, companions, receiver } = this;
    const merchantIds = this.merchants.map(({ merchant }) => merchant.credentials.merchantId);
    return { platform, companions, receiver, merchantIds, choice, sandbox: new Sandbox(platform.demo.urls.sandbox) };
  }

  /** Every instance of every service says that it can do its job. */
  async awaitReady(): Promise<void> {
    await this.platform.awaitReady(readyWithinMs);
    await this.companions.awaitReady(readyWithinMs);
  }

  /** What the judges say of all that has happened on this platform so far. */
  async judge(end: End): Promise<Judged> {
    const journals = await this.journals(end);
    const complaints = [...this.client.complaints, ...this.receiver.refused].map((how) => ({ rule: "only answers that a merchant may get", subject: "merchants", how }));
    return { violations: [...complaints, ...judge(journals, end)], history: (violation) => historyOf(journals, violation) };
  }

  /** Where something that was confided can be read: in topics, tables, or log files. */
  async leaks(): Promise<readonly Violation[]> {
    const { platform, client } = this;
    const planted = await plantedSecrets(this.merchants.map(({ merchant }) => merchant), client.requests, platform.demo.adminToken);
    return judgeSecrets(planted, await readPlaces(platform));
  }

  /** The run during which the payment was asked for that a broken rule is about, however the rule names it. */
  runOf({ subject, how }: Violation): number | undefined {
    const words = new Set(`${subject} ${how}`.split(/[\s,;:/]+/));
    const sent = this.provider.entries.find(({ attemptId }) => attemptId !== undefined && words.has(attemptId));
    const answered = this.client.requests.find(({ answer }) => answer?.orderNumber !== undefined && words.has(answer.orderNumber));
    const isMeant = ({ paymentId, reference }: Asked): boolean =>
      words.has(paymentId) || words.has(reference) || paymentId === sent?.paymentId || (answered?.reference !== undefined && reference === answered.reference);
    return this.client.asked.find(isMeant)?.run;
  }

  /** For whoever looks into it afterwards. */
  writeClientJournal(): void {
    const lines = this.client.requests.map((request) => JSON.stringify(request));
    writeFileSync(join(this.platform.home, "client-journal.jsonl"), `${lines.join("\n")}\n`);
  }

  async close(): Promise<void> {
    await this.companions.stop();
    await this.receiver.close();
    await this.platform.discard();
  }

  private async journals(end: End): Promise<Journals> {
    // The log last: what made rows, and what providers and merchants have heard, is in it by then.
    const rows = end === "settled" ? await readRows(this.platform.demo.databaseUrl) : undefined;
    await this.provider.readOn();
    const sent = new Set(this.provider.entries.map(({ attemptId }) => attemptId));
    const callbacks = this.callbacks();
    const requests = this.client.requests.slice();
    const topics = await this.topics.readOn();
    // But for charges: one that the log knows of by now is in the ledger only if that is read after it.
    await this.provider.readOn();
    const provider = this.provider.entries.filter(({ attemptId }) => sent.has(attemptId));
    return { ...topics, provider, callbacks, requests, ...(rows !== undefined && { rows }) };
  }

  private callbacks(): readonly AcceptedCallback[] {
    return this.receiver.entries.map(({ body, atMs }) => {
      const { orderNumber, reference, version, type, status } = body;
      return { orderNumber, reference, version, type, status, signed: true, atMs: performance.timeOrigin + atMs };
    });
  }
}

const provisioned = async (platform: LaunchedPlatform, receiver: CallbackJournal): Promise<readonly TestMerchant[]> => {
  const links = FaultLinks.of(platform);
  if (links !== undefined) receiver.leadOver(await links.open(callbackLink, receiver.port));
  const provision = (_: unknown, at: number): Promise<TestMerchant> => TestMerchant.provision(platform.demo, receiver, `Merchant ${at + 1}`);
  const merchants = await Promise.all(Array.from({ length: merchantsCount }, provision));
  await Promise.all(merchants.map((merchant) => merchant.token()));
  return merchants;
};
