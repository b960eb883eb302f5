import { type CallbackService, InMemoryCallbackStore } from "@malipo/callback-dispatcher";
import type { Account } from "@malipo/kernel";
import type { IntakeCore } from "@malipo/payment-intake";
import { MemoryPaymentsDatabase } from "@malipo/projections/simulated";
import { MemoryRouterStore, type Router } from "@malipo/provider-router";
import { InMemoryReconciliationStore, type ReconciliationService } from "@malipo/reconciliation";
import { type SeededRandom, SimulatedTime, silentLogger } from "@malipo/event-log/simulated";
import { databaseFault } from "./database-fault.js";
import { disasters } from "./faults/disasters.js";
import { type FaultKind, faultKinds } from "./faults/fault-kinds.js";
import { Faults, type FaultSwitches } from "./faults/faults.js";
import { finishRollOut } from "./faults/rolling-upgrade.js";
import { SeededKeyRing } from "./keys.js";
import { luckOf } from "./luck.js";
import { CallbackSecrets } from "./merchants/callback-secrets.js";
import { bringCustomers, drawAccounts, payers } from "./merchants/customers.js";
import { Merchant } from "./merchants/merchant.js";
import { MerchantEndpoint } from "./merchants/merchant-endpoint.js";
import { type AuthToken, authToken } from "./processes/auth-token.js";
import { pepper } from "./processes/base.js";
import { dispatcher } from "./processes/dispatcher.js";
import { intake } from "./processes/intake.js";
import { reconciliation } from "./processes/reconciliation.js";
import { router } from "./processes/router.js";
import { type Build, SimulatedProcess } from "./processes/simulated-process.js";
import { ProviderLedger } from "./providers/provider-ledger.js";
import { WebhookPost } from "./providers/webhook-post.js";
import { StatementDesk } from "./statements/statement-desk.js";
import type { Surroundings } from "./surroundings.js";
import { tracer } from "./tracer.js";
import { Versions } from "./versions.js";
import { WorldBroker } from "./world-broker.js";

export type WorldOptions = Readonly<{ seed: number; faults?: FaultSwitches | undefined; trace?: ((line: string) => void) | undefined }>;
export type Fatal = Readonly<{ process: string; error: unknown }>;

const dayMs = 86_400_000;
const bootMsMax = 30_000;

/** The whole platform and everybody around it, in one thread on one clock, with one seed's luck. */
export class World {
  readonly faults: Faults;
  readonly time: SimulatedTime;
  readonly startMs: number;
  readonly chaosMs: number;
  readonly broker: WorldBroker;
  readonly tables = {
    payments: new MemoryPaymentsDatabase((access) => databaseFault(this, access)),
    router: new MemoryRouterStore(),
    callbacks: new InMemoryCallbackStore(),
    reconciliation: new InMemoryReconciliationStore(),
  };
  readonly accounts: readonly Account[];
  readonly secrets: CallbackSecrets;
  readonly endpoint: MerchantEndpoint;
  readonly merchant: Merchant;
  readonly ledgers: readonly ProviderLedger[];
  readonly webhooks: WebhookPost;
  readonly statements: StatementDesk;
  readonly versions: Versions;
  readonly fatals: Fatal[] = [];
  readonly wentOnWithShortLog: string[] = [];
  /** Nobody is started: operations look at a log that is known to be short. */
  isHalted = false;
  readonly #authToken: SimulatedProcess<AuthToken>;
  readonly #intakes: readonly SimulatedProcess<IntakeCore>[];
  readonly #routers: readonly SimulatedProcess<Router>[];
  readonly #dispatchers: readonly SimulatedProcess<CallbackService>[];
  readonly #reconciliation: SimulatedProcess<ReconciliationService>;

  constructor({ seed, faults, trace }: WorldOptions) {
    const luck = (name: string): SeededRandom => luckOf(seed, name);
    this.faults = new Faults(seed, faults);
    this.time = new SimulatedTime(luck("time"));
    // Only with that fault does midnight fall into the run.
    if (this.faults.times("evidence_key_of_next_day") > 0) this.time.nowMs = dayMs - 5_000 - luck("midnight").share() * 15_000;
    this.startMs = this.time.nowMs;
    this.chaosMs = luck("chaos").between(12_000, 35_000);
    this.broker = new WorldBroker(this.time, luck("broker"), this.faults);
    this.versions = new Versions(luck("next version"));
    this.accounts = drawAccounts(luck("accounts"));
    this.secrets = new CallbackSecrets(this.time, luck("secrets"), () => this.#authToken.service);
    this.endpoint = new MerchantEndpoint(this.time, luck("endpoint"), this.faults, this.secrets);
    this.webhooks = new WebhookPost(this.time, luck("webhooks"), this.faults, () => anyUp(this.#routers, anyLuck));
    this.ledgers = [["pawapay", true] as const, ["daraja", false] as const].map(
      ([id, keepsIds]) => new ProviderLedger(id, keepsIds, this.time, luck(`ledger/${id}`), this.faults, (webhook, told) => this.webhooks.tell(id, webhook, told)),
    );
    const { time, broker, tables, endpoint, ledgers, versions } = this;
    const surroundings: Surroundings = {
      time,
      broker,
      tables,
      endpoint,
      ledgers,
      versions,
      luckOf: luck,
      faults: this.faults,
      keyRing: new SeededKeyRing(),
      loggerOf: (name) => (trace === undefined ? silentLogger : tracer(name, time, trace)),
      mayBoot: () => !this.isHalted,
      fatal: (process, error) => void this.fatals.push({ process, error }),
    };
    const some = <Service>(count: number, name: string, build: (world: Surroundings) => Build<Service>) =>
      Array.from({ length: count }, (_, index) => new SimulatedProcess<Service>(`${name}-${index + 1}`, surroundings, build(surroundings)));
    this.#authToken = new SimulatedProcess("auth-token", surroundings, authToken(surroundings));
    this.#intakes = some(3, "intake", intake);
    this.#routers = some(2, "router", router);
    this.#dispatchers = some(2, "dispatcher", dispatcher);
    this.#reconciliation = some(1, "reconciliation", reconciliation)[0]!;
    const anyLuck = luck("who is asked");
    this.merchant = new Merchant(this.time, luck("merchant"), () => anyUp(this.#intakes, anyLuck));
    this.statements = new StatementDesk(this.time, this.ledgers, () => this.#reconciliation.service);
  }

  /** Those to whom things happen. */
  get processes(): readonly SimulatedProcess<unknown>[] {
    return [...this.#intakes, ...this.#routers, ...this.#dispatchers, this.#reconciliation];
  }

  get boots(): number {
    return this.processes.reduce((sum, { boots }) => sum + boots, 0);
  }

  /** Everything is started, and merchants are given their secrets. */
  async begin(): Promise<void> {
    this.#authToken.boot();
    await this.#until(() => this.#authToken.service !== undefined);
    const given = Promise.all(this.accounts.map((account) => this.secrets.give(account)));
    for (const process of this.processes) process.boot();
    await this.#until(() => this.processes.every(({ service }) => service !== undefined));
    await this.time.settle(given);
  }

  /** Customers come, and things go wrong for a while. */
  async chaos(luck: SeededRandom): Promise<void> {
    const { time, faults, chaosMs } = this;
    faults.begin();
    bringCustomers(this, luck);
    const startMs = time.nowMs;
    for (const kind of faultKinds) for (let n = faults.times(kind); n > 0; n -= 1) this.#bring(kind, startMs);
    for (const share of [0.4, 0.8]) time.at(startMs + chaosMs * share, () => void this.statements.importAll());
    await time.run(() => false, chaosMs);
  }

  /** Nothing goes wrong any more. */
  heal(pauseMsMax: number): void {
    this.faults.heal();
    finishRollOut(this);
    for (const laterMs of [0, pauseMsMax]) this.time.at(this.time.nowMs + laterMs, () => this.broker.calmDown());
  }

  /** The platform is stopped for the night, and what was held back is told in the morning. */
  async overnight(): Promise<void> {
    for (const process of this.processes) process.holdDown();
    await this.time.run(() => false, dayMs);
    for (const process of this.processes) process.boot();
    this.webhooks.tellLate();
  }

  /** Whether anybody outside the platform still has something to say. */
  get isQuietOutside(): boolean {
    return this.merchant.underWay + this.webhooks.underWay + this.secrets.underWay === 0 && this.ledgers.every(({ pending }) => pending === 0);
  }

  async eraseSomebody(luck: SeededRandom): Promise<boolean> {
    const account = this.accounts[luck.below(this.accounts.length)]!;
    const payer = pepper.payerId(account, payers[luck.below(payers.length)]!);
    const keys = this.#authToken.service?.keys;
    return keys === undefined ? false : keys.erase(account, payer).then(() => true, () => false);
  }

  #bring(kind: FaultKind, startMs: number): void {
    const { faults, time, chaosMs } = this;
    const disaster = disasters[kind];
    const luck = faults.luck(kind);
    if (disaster === undefined) return void faults.happened(kind);
    time.at(startMs + luck.share() * chaosMs, () => {
      if (!this.isHalted) void Promise.resolve(disaster(this, luck)).then((happened) => happened && faults.happened(kind));
    });
  }

  #until(done: () => boolean): Promise<void> {
    return this.time.run(done, bootMsMax);
  }
}

const anyUp = <Service>(processes: readonly SimulatedProcess<Service>[], luck: SeededRandom): Service | undefined => {
  const up = processes.flatMap(({ service }) => (service === undefined ? [] : [service]));
  return up[luck.below(Math.max(1, up.length))];
};
