import { join } from "node:path";
import { startKafka } from "../kafka/start-kafka.js";
import { assertPortFree } from "../net/ports.js";
import { startPostgres } from "../postgres/start-postgres.js";
import type { ServiceSpec, SupervisorEvents } from "../supervisor/service.js";
import { Supervisor } from "../supervisor/supervisor.js";
import { takeDataFolder } from "./data-folder.js";
import { FaultLinks } from "./fault-links.js";
import { KeptServer } from "./kept-server.js";
import type { Progress } from "./progress.js";
import { platformSecrets, type PlatformSecrets } from "./secrets.js";
import { serviceSpecs, type Servers } from "./service-specs.js";
import type { PlatformSettings, PortName, ServiceName } from "./settings.js";

const readyWithinMs = 120_000;
const servicesStopWithinMs = 8_000;

/** Kafka, PostgreSQL, the sandbox, and the services, as one thing that starts and stops. */
export class Platform {
  private readonly supervisor: Supervisor;
  private readonly kafka;
  private readonly postgres;
  private links: FaultLinks | undefined;
  private release: (() => void) | undefined;
  private stopped: Promise<void> | undefined;
  private known: { readonly servers: Servers; readonly secrets: PlatformSecrets } | undefined;

  constructor(
    readonly settings: PlatformSettings,
    private readonly progress: Progress,
    events: SupervisorEvents,
    firstRestartDelayMs = 1_000,
  ) {
    const { home, ports, cacheDir, env } = settings;
    const logDir = join(home, "logs");
    const onProgress = (message: string): void => progress.say(message);
    const patience = settings.faultLinks ? "endless" : "usual";
    this.supervisor = new Supervisor({ pidDir: join(home, "pids"), logDir, events, firstDelayMs: firstRestartDelayMs, patience });
    const shared = { env, onProgress };
    this.kafka = new KeptServer(
      "kafka",
      (signal) => {
        const listen = { port: ports.kafka, controllerPort: ports.kafkaController, listeners: this.links?.brokerListeners };
        return startKafka({ ...shared, ...listen, dataDir: join(home, "kafka"), logFile: join(logDir, "kafka.log"), cacheDir, signal });
      },
      events,
      { patience },
    );
    this.postgres = new KeptServer(
      "postgres",
      (signal) =>
        startPostgres({ ...shared, dataDir: join(home, "postgres"), port: ports.postgres, logFile: join(logDir, "postgres.log"), signal }),
      events,
      { patience },
    );
  }

  /** Settles when every service answers that it is ready. */
  async start(): Promise<void> {
    this.release = takeDataFolder(this.settings.home);
    const secrets = platformSecrets(this.settings.home);
    const leftovers = await this.supervisor.stopLeftovers();
    if (leftovers.length > 0) this.progress.say(`stopped what an earlier start left running: ${leftovers.join(", ")}`);
    await this.checkPorts();
    if (this.settings.faultLinks) this.links = await FaultLinks.open(this.settings);
    const servers = await this.progress.step("starting Kafka and PostgreSQL", () => this.startServers());
    this.known = { servers, secrets };
    await this.progress.step("starting the services", () => this.startServices(servers, secrets));
  }

  get servers(): Servers {
    return this.afterStart().servers;
  }

  get secrets(): PlatformSecrets {
    return this.afterStart().secrets;
  }

  pids(): Readonly<Record<string, number>> {
    const own = { kafka: this.kafka.pid, postgres: this.postgres.pid };
    const known = Object.entries(own).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid] as const]));
    return { ...Object.fromEntries(known), ...this.supervisor.pids() };
  }

  /** Services first, then what they write to; within 15 s in all. Data stays. May be called at any time, and again. */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    const results = [
      ...(await Promise.allSettled([this.supervisor.stop(servicesStopWithinMs)])),
      ...(await Promise.allSettled([this.kafka.stop(), this.postgres.stop()])),
      ...(await Promise.allSettled([this.links?.close()])), // last: a small disk is free only when its server has ended
    ];
    this.release?.();
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  }

  private afterStart() {
    if (this.known === undefined) throw new Error("the platform has not started yet");
    return this.known;
  }

  private async checkPorts(): Promise<void> {
    const { ports, portVariables } = this.settings;
    const checkedByTheirStart: ReadonlySet<string> = new Set<PortName>(["kafka", "kafkaController", "postgres"]);
    for (const [name, port] of Object.entries(ports)) {
      if (!checkedByTheirStart.has(name)) await assertPortFree(name, port, portVariables[name as PortName]);
    }
  }

  private async startServers(): Promise<Servers> {
    const [kafka, postgres] = await Promise.all([this.kafka.start(), this.postgres.start()]);
    return { kafkaBrokers: kafka.brokers, databaseUrl: postgres.url };
  }

  private overLinks(spec: ServiceSpec & { readonly name: ServiceName }): ServiceSpec {
    return { ...spec, env: { ...spec.env, ...this.links?.environment(spec.name, spec.env) } };
  }

  private async startServices(servers: Servers, secrets: PlatformSecrets): Promise<void> {
    const specs = serviceSpecs(this.settings, secrets, servers).map((spec) => this.overLinks(spec));
    for (const spec of specs) this.supervisor.start(spec);
    await Promise.all(
      specs.map(async ({ name }) => {
        await this.supervisor.ready(name, readyWithinMs);
        this.progress.say(`${name} is ready`);
      }),
    );
  }
}
