import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FaultProxy } from "../fault-proxy/fault-proxy.js";
import type { BrokerListener } from "../kafka/broker-config.js";
import { freePorts, loopback } from "../net/ports.js";
import { writePrivate } from "./secret-files.js";
import type { PlatformSettings, PortName, ServiceName } from "./settings.js";
import { mountSmallDisks, unmountSmallDisks, type DiskName } from "./small-disks.js";

/** What `links.json` tells whoever puts faults on links. */
export interface LinksFile {
  readonly url: string;
  readonly token: string;
  /** The folder in which a file of a service's name sets its wall clock forward or back by the milliseconds it says. */
  readonly clocks: string;
  /** Where each link listens. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where a server has a small disk of its own, which can be filled, and why there is not one for each. */
  readonly disks: Readonly<Partial<Record<DiskName, string>>>;
  readonly diskProblem?: string;
}

interface Route {
  readonly link: string;
  readonly to: PortName;
  /** Whose variable names the way, and which. */
  readonly names: readonly (readonly [ServiceName, string])[];
}

/** Who keeps its facts in Kafka and its rows in PostgreSQL. */
const services = ["auth-token", "reconciliation", "callback-dispatcher", "provider-router", "payment-intake"] as const;

const routes: readonly Route[] = [
  ...services.map((service): Route => ({ link: `${service}.postgres`, to: "postgres", names: [[service, "DATABASE_URL"]] })),
  { link: "provider-router.pawapay", to: "sandboxPawapay", names: [["provider-router", "PAWAPAY_BASE_URL"]] },
  { link: "provider-router.daraja", to: "sandboxDaraja", names: [["provider-router", "DARAJA_BASE_URL"]] },
  {
    link: "provider-sandbox.provider-router",
    to: "provider-router",
    names: [
      ["provider-sandbox", "SANDBOX_PAWAPAY_CALLBACK_URL"],
      ["provider-router", "WEBHOOK_BASE_URL"],
    ],
  },
  { link: "payment-intake.auth-token", to: "auth-token", names: [["payment-intake", "AUTH_TOKEN_URL"]] },
];

const linksFile = (home: string): string => join(home, "links.json");

/** Undefined where the platform runs without links. */
export const readLinksFile = (home: string): LinksFile | undefined => {
  try {
    return JSON.parse(readFileSync(linksFile(home), "utf8")) as LinksFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** The links between the parts of a platform on which faults are tried, and who is led over which. */
export class FaultLinks {
  private constructor(
    private readonly settings: PlatformSettings,
    private readonly proxy: FaultProxy,
    /** Where Kafka has to listen, and what to tell those who connect there: one for each link, or they would go round it. */
    readonly brokerListeners: readonly BrokerListener[],
    private readonly ports: Readonly<Record<string, number>>,
  ) {}

  static async open(settings: PlatformSettings): Promise<FaultLinks> {
    if (settings.externalKafka || settings.externalPostgres) {
      throw new Error("MALIPO_FAULT_LINKS needs the launcher's own Kafka and PostgreSQL: unset KAFKA_BROKERS and DATABASE_URL");
    }
    const proxy = await FaultProxy.start();
    const ports: Record<string, number> = {};
    const listeners: BrokerListener[] = [];
    const own = await freePorts(services.length + services.length + routes.length);
    let next = 0;
    for (const service of services) {
      const port = own[next++]!;
      const advertised = await proxy.open(`${service}.kafka`, { host: loopback, port }, own[next++]);
      ports[`${service}.kafka`] = advertised;
      listeners.push({ name: service.toUpperCase().replaceAll("-", "_"), port, advertisedPort: advertised });
    }
    for (const { link, to } of routes) {
      ports[link] = await proxy.open(link, { host: loopback, port: settings.ports[to] }, own[next++]);
    }
    const links = new FaultLinks(settings, proxy, listeners, ports);
    const { disks, problem } = await mountSmallDisks(settings.home);
    const content: LinksFile = { url: proxy.url, token: proxy.token, clocks: links.clocks, ports, disks, ...(problem && { diskProblem: problem }) };
    // What an earlier trial left must not be on the clocks of this one.
    rmSync(links.clocks, { recursive: true, force: true });
    mkdirSync(links.clocks, { recursive: true });
    writePrivate(linksFile(settings.home), `${JSON.stringify(content, null, 2)}\n`);
    return links;
  }

  /** What a service's environment has to say instead, so that it goes over its links. */
  environment(service: ServiceName, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const changed: Record<string, string> = { OUTBOUND_DENY_PORTS: [env["OUTBOUND_DENY_PORTS"], ...this.closedToCallbacks()].join(",") };
    for (const { link, to, names } of routes) {
      for (const [name, variable] of names) {
        if (name !== service) continue;
        const direct = `${loopback}:${this.settings.ports[to]}`;
        // Led past its link, it would survive every fault that is put there.
        if (env[variable]?.includes(direct) !== true) throw new Error(`${variable} of ${service} does not lead to ${direct}`);
        changed[variable] = env[variable].replace(direct, `${loopback}:${this.ports[link]}`);
      }
    }
    const kafka = this.ports[`${service}.kafka`];
    if (kafka !== undefined) {
      changed["KAFKA_BROKERS"] = `${loopback}:${kafka}`;
      changed["CLOCK_OFFSET_FILE"] = join(this.clocks, service);
    }
    return changed;
  }

  async close(): Promise<void> {
    rmSync(linksFile(this.settings.home), { force: true });
    await this.proxy.stop();
    await unmountSmallDisks(this.settings.home);
  }

  private get clocks(): string {
    return join(this.settings.home, "clocks");
  }

  private closedToCallbacks(): readonly number[] {
    return [...Object.values(this.ports), ...this.brokerListeners.map(({ port }) => port)];
  }
}
