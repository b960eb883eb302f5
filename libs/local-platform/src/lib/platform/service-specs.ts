import { join } from "node:path";
import { loopback } from "../net/ports.js";
import type { ServiceSpec } from "../supervisor/service.js";
import type { KeyPurpose, PlatformSecrets } from "./secrets.js";
import { serviceNames, type PlatformSettings, type ServiceName } from "./settings.js";

export interface Servers {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
}

/** Each service gets the keys of its own purposes only. */
const purposes: Readonly<Record<ServiceName, readonly KeyPurpose[]>> = {
  "provider-sandbox": [],
  "auth-token": ["callback-secrets", "provider-credentials", "token-keys"],
  "payment-intake": ["personal-data", "callback-secrets"],
  "provider-router": ["personal-data", "provider-credentials", "provider-evidence"],
  "callback-dispatcher": ["personal-data", "callback-secrets"],
  reconciliation: [],
};

/** Short enough to watch a payment through every end of its life; production defaults are longer. */
const developmentTimes = {
  PAYMENT_EXPIRY_S: "60",
  PROVIDER_VISIBILITY_S: "5",
  RESOLVE_BY_S: "30",
  POLL_DELAYS_S: "1,2,4",
  GROUP_SESSION_S: "3",
  STATEMENT_LAG_S: "5",
  TOKEN_TTL_S: "900",
};

const common = ({ ports, urls, env }: PlatformSettings, servers: Servers): Record<string, string> => ({
  NODE_ENV: "development",
  HOST: loopback,
  KAFKA_BROKERS: servers.kafkaBrokers,
  DATABASE_URL: servers.databaseUrl,
  AUTH_TOKEN_URL: urls["auth-token"],
  PAYMENT_INTAKE_URL: urls["payment-intake"],
  PROVIDER_ROUTER_URL: urls["provider-router"],
  CALLBACK_DISPATCHER_URL: urls["callback-dispatcher"],
  RECONCILIATION_URL: urls.reconciliation,
  SANDBOX_URL: urls["provider-sandbox"],
  OUTBOUND_ALLOW: `${loopback}/32`,
  OUTBOUND_DENY_PORTS: Object.values(ports).join(","),
  // A time given to `npm start` holds instead.
  ...Object.fromEntries(Object.entries(developmentTimes).map(([name, value]) => [name, env[name] || value])),
});

/** What a service is told in confidence, and nobody else is. */
export const secretEnvironment = (name: ServiceName, secrets: PlatformSecrets, providerRouterUrl: string): Record<string, string> => {
  const keys = { KEYRING_DIR: secrets.keyringDir, KEYRING_PURPOSES: purposes[name].join(","), PEPPER_FILE: secrets.pepperFile };
  const service = { ...keys, ADMIN_TOKEN: secrets.adminToken };
  switch (name) {
    case "provider-sandbox": {
      const webhook = `${providerRouterUrl}/webhooks/pawapay/${secrets.webhookTokens.pawapay}`;
      return { ...secrets.providers, SANDBOX_PAWAPAY_CALLBACK_URL: webhook };
    }
    case "provider-router":
      return { ...service, ...secrets.providers };
    case "auth-token":
    case "payment-intake":
    case "callback-dispatcher":
    case "reconciliation":
      return service;
  }
};

const own = (name: ServiceName, { urls, home, ports }: PlatformSettings): Record<string, string> => {
  switch (name) {
    case "provider-sandbox":
      return {
        SANDBOX_PORT: String(ports["provider-sandbox"]),
        SANDBOX_DATA_DIR: join(home, "sandbox"),
        SANDBOX_PAWAPAY_PORT: String(ports.sandboxPawapay),
        SANDBOX_DARAJA_PORT: String(ports.sandboxDaraja),
      };
    case "provider-router":
      return { PAWAPAY_BASE_URL: urls.sandboxPawapay, DARAJA_BASE_URL: urls.sandboxDaraja, WEBHOOK_BASE_URL: urls["provider-router"] };
    default:
      return {};
  }
};

// A service sees the environment of `npm start`, but not the secrets and places of the others.
const notInherited = /^(ADMIN_TOKEN|KEYRING_.*|PEPPER_FILE|PAWAPAY_.*|DARAJA_.*|npm_.*)$/;

const inheritedFrom = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !notInherited.test(name)));

/** In the order of their start: what a payment needs last is there first. */
export const serviceSpecs = (settings: PlatformSettings, secrets: PlatformSecrets, servers: Servers): readonly (ServiceSpec & { readonly name: ServiceName })[] =>
  serviceNames.map((name) => ({
    name,
    command: process.execPath,
    args: ["--enable-source-maps", join(settings.root, "apps", name, "dist", "main.js")],
    cwd: settings.root,
    env: {
      ...inheritedFrom(settings.env),
      ...common(settings, servers),
      ...own(name, settings),
      ...secretEnvironment(name, secrets, settings.urls["provider-router"]),
      PORT: String(settings.ports[name]),
    },
    readyUrl: `${settings.urls[name]}/health/ready`,
  }));
