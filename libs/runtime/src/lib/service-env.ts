import { hostname } from "node:os";

export type Env = Readonly<Record<string, string | undefined>>;

/** What every service reads from its environment. */
export type ServiceEnv = Readonly<{
  service: string;
  /** Name of this instance in logs and in `Caller`; a nonce of the boot is added where it matters. */
  instance: string;
  host: string;
  port: number;
  kafkaBrokers: readonly string[];
  databaseUrl: string;
  adminToken: string;
  /** Replication factor of topics that this service creates; 3 in production. */
  replicationFactor: number;
  /** After this long without a sign of life another process gets this one's partitions. */
  groupSessionMs: number;
}>;

export class ConfigurationError extends Error {
  readonly code = "configuration";

  constructor(message: string) {
    super(message);
    this.name = "ConfigurationError";
  }
}

/** @throws ConfigurationError naming the variable: a service with half a configuration must not start. */
export const readServiceEnv = (env: Env, service: string, defaultPort: number): ServiceEnv => ({
  service,
  instance: env["INSTANCE"] ?? `${service}-${hostname()}-${process.pid}`,
  host: env["HOST"] ?? "127.0.0.1",
  port: wholeNumber(env, "PORT", defaultPort),
  kafkaBrokers: required(env, "KAFKA_BROKERS").split(","),
  databaseUrl: required(env, "DATABASE_URL"),
  adminToken: required(env, "ADMIN_TOKEN"),
  replicationFactor: wholeNumber(env, "KAFKA_REPLICATION_FACTOR", 1),
  groupSessionMs: seconds(env, "GROUP_SESSION_S", 10),
});

export const required = (env: Env, name: string): string => {
  const value = env[name];
  if (value === undefined || value === "") throw new ConfigurationError(`${name} is not set`);
  return value;
};

export const wholeNumber = (env: Env, name: string, fallback: number): number => {
  const value = env[name];
  if (value === undefined || value === "") return fallback;
  if (!/^\d{1,12}$/.test(value)) throw new ConfigurationError(`${name} must be a whole number, not "${value}"`);
  return Number(value);
};

/** A duration given in seconds, as milliseconds. */
export const seconds = (env: Env, name: string, fallbackSeconds: number): number => {
  const value = env[name];
  if (value === undefined || value === "") return fallbackSeconds * 1000;
  const number = Number(value);
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(value)) throw new ConfigurationError(`${name} must be seconds, not "${value}"`);
  return Math.round(number * 1000);
};
