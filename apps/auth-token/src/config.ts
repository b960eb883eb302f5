import { type Env, type ServiceEnv, ConfigurationError, readKey, readServiceEnv, required, wholeNumber } from "@malipo/runtime";
import type { ProviderId } from "@malipo/kernel";

export type AuthTokenConfig = ServiceEnv &
  Readonly<{
    /** `iss` of access tokens and the address that merchants know; the route table in front passes /oauth and /.well-known on. */
    issuer: string;
    tokenTtlS: number;
    pepper: Uint8Array;
    platformChannels: readonly ProviderId[];
  }>;

const DEFAULT_PORT = 3001;

/** @throws ConfigurationError naming the variable: a service with half a configuration must not start. */
export const readConfig = (env: Env): AuthTokenConfig => {
  const channels = (env["PLATFORM_CHANNELS"] ?? "daraja,pawapay").split(",").map((id) => id.trim());
  const issuer = (env["TOKEN_ISSUER"] ?? env["PAYMENT_INTAKE_URL"] ?? "http://127.0.0.1:3000").replace(/\/+$/, "");
  if (!URL.canParse(issuer)) throw new ConfigurationError(`TOKEN_ISSUER must be a URL, not "${issuer}"`);
  return Object.freeze({
    ...readServiceEnv(env, "auth-token", DEFAULT_PORT),
    issuer,
    tokenTtlS: wholeNumber(env, "TOKEN_TTL_S", 900),
    pepper: readKey(required(env, "PEPPER_FILE")),
    platformChannels: channels.filter((id) => id !== "") as ProviderId[],
  });
};
