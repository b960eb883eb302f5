import { type DevelopmentAccess, readDevelopmentAccess } from "@malipo/outbound-http";
import { ConfigurationError, type Env, type ServiceEnv, readServiceEnv, required, seconds, wholeNumber } from "@malipo/runtime";

export const service = "payment-intake";
export const source = `/malipo/${service}`;

export type Role = "api" | "decider" | "projector";
const allRoles: readonly Role[] = ["api", "decider", "projector"];

export type IntakeConfig = Readonly<{
  env: ServiceEnv;
  roles: ReadonlySet<Role>;
  authTokenUrl: string;
  /** What auth-token signs as `iss`; unchecked while it is not given to both. */
  tokenIssuer: string | undefined;
  pepperFile: string;
  /** A payment of which no attempt was started expires after this. */
  expiresAfterMs: number;
  /** A processing payment becomes a review item after this. */
  resolveAfterMs: number;
  decideBeforeMs: number;
  callbacks: DevelopmentAccess;
  inFlightPerAccount: number;
  inFlightTotal: number;
}>;

/** @throws ConfigurationError naming what is missing or unreadable. */
export const readConfig = (env: Env): IntakeConfig =>
  Object.freeze({
    env: readServiceEnv(env, service, 3000),
    roles: readRoles(env["ROLES"]),
    authTokenUrl: env["AUTH_TOKEN_URL"] ?? "http://127.0.0.1:3001",
    tokenIssuer: env["TOKEN_ISSUER"]?.replace(/\/+$/, "") || undefined,
    pepperFile: required(env, "PEPPER_FILE"),
    expiresAfterMs: seconds(env, "PAYMENT_EXPIRY_S", 1_800),
    resolveAfterMs: seconds(env, "RESOLVE_BY_S", 86_400),
    decideBeforeMs: seconds(env, "DECIDE_BEFORE_S", 10),
    callbacks: readDevelopmentAccess(env),
    inFlightPerAccount: wholeNumber(env, "IN_FLIGHT_PER_ACCOUNT", 500),
    inFlightTotal: wholeNumber(env, "IN_FLIGHT_TOTAL", 4_000),
  });

const readRoles = (text: string | undefined): ReadonlySet<Role> => {
  if (text === undefined || text === "") return new Set(allRoles);
  const roles = text.split(",").map((role) => role.trim());
  const unknown = roles.find((role) => !allRoles.includes(role as Role));
  if (unknown !== undefined) throw new ConfigurationError(`ROLES knows api, decider, and projector, not "${unknown}"`);
  return new Set(roles as Role[]);
};
