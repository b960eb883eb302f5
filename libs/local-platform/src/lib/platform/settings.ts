import { join, resolve } from "node:path";
import { cacheFolder } from "../cache-folder.js";
import { loopback } from "../net/ports.js";

export const serviceNames = [
  "provider-sandbox",
  "auth-token",
  "reconciliation",
  "callback-dispatcher",
  "provider-router",
  "payment-intake",
] as const;

export type ServiceName = (typeof serviceNames)[number];

interface PortRule {
  readonly variables: readonly string[];
  /** The default, and where it moves with MALIPO_PORT_BASE: to that base plus this. */
  readonly usual: number;
  readonly shift: number;
}

const rule = (usual: number, shift: number, ...variables: readonly string[]): PortRule => ({ usual, shift, variables });

const rules = {
  "payment-intake": rule(3000, 0, "PAYMENT_INTAKE_PORT", "PORT"),
  "auth-token": rule(3001, 1, "AUTH_TOKEN_PORT"),
  "provider-router": rule(3002, 2, "PROVIDER_ROUTER_PORT"),
  "callback-dispatcher": rule(3003, 3, "CALLBACK_DISPATCHER_PORT"),
  reconciliation: rule(3004, 4, "RECONCILIATION_PORT"),
  "provider-sandbox": rule(3010, 10, "SANDBOX_PORT"),
  sandboxPawapay: rule(3011, 11, "SANDBOX_PAWAPAY_PORT"),
  sandboxDaraja: rule(3012, 12, "SANDBOX_DARAJA_PORT"),
  postgres: rule(15432, 32, "POSTGRES_PORT"),
  kafka: rule(19092, 92, "KAFKA_PORT"),
  kafkaController: rule(19093, 93, "KAFKA_CONTROLLER_PORT"),
} as const;

export type PortName = keyof typeof rules;

export interface PlatformSettings {
  readonly root: string;
  readonly home: string;
  readonly cacheDir: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** The variable that moves a port, for messages. */
  readonly portVariables: Readonly<Record<PortName, string>>;
  readonly urls: Readonly<Record<ServiceName | "sandboxPawapay" | "sandboxDaraja", string>>;
  readonly externalKafka: boolean;
  readonly externalPostgres: boolean;
  /** Whether every part goes over links on which faults can be put: for trials alone. */
  readonly faultLinks: boolean;
  readonly env: NodeJS.ProcessEnv;
}

const portOf = (name: string, text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} is not a port: ${text}`);
  return port;
};

const choosePort = ({ variables, usual, shift }: PortRule, env: NodeJS.ProcessEnv): number => {
  const named = variables.find((variable) => env[variable]);
  if (named !== undefined) return portOf(named, env[named]!);
  const base = env["MALIPO_PORT_BASE"];
  return base ? portOf("MALIPO_PORT_BASE", base) + shift : usual;
};

const entriesOf = <K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] =>
  Object.entries(record) as unknown as readonly (readonly [K, V])[];

/**
 * Everything that the environment may move, so that several platforms run beside each other: each with its own
 * MALIPO_HOME and MALIPO_PORT_BASE.
 */
export const platformSettings = (root: string, env: NodeJS.ProcessEnv): PlatformSettings => {
  const home = resolve(root, env["MALIPO_HOME"] || ".malipo");
  const ports = Object.fromEntries(entriesOf(rules).map(([name, of]) => [name, choosePort(of, env)])) as Record<PortName, number>;
  const owners = new Map<number, string>();
  for (const [name, port] of entriesOf(ports)) {
    const other = owners.get(port);
    if (other !== undefined) throw new Error(`${name} and ${other} are both to listen on port ${port}`);
    owners.set(port, name);
  }
  const url = (name: PortName): string => `http://${loopback}:${ports[name]}`;
  return {
    root,
    home,
    cacheDir: cacheFolder(env, join(home, "cache")),
    ports,
    portVariables: Object.fromEntries(entriesOf(rules).map(([name, of]) => [name, of.variables[0]!])) as Record<PortName, string>,
    urls: {
      "payment-intake": url("payment-intake"),
      "auth-token": url("auth-token"),
      "provider-router": url("provider-router"),
      "callback-dispatcher": url("callback-dispatcher"),
      reconciliation: url("reconciliation"),
      "provider-sandbox": url("provider-sandbox"),
      sandboxPawapay: url("sandboxPawapay"),
      sandboxDaraja: url("sandboxDaraja"),
    },
    externalKafka: Boolean(env["KAFKA_BROKERS"]),
    externalPostgres: Boolean(env["DATABASE_URL"]),
    faultLinks: env["MALIPO_FAULT_LINKS"] === "1",
    env,
  };
};
