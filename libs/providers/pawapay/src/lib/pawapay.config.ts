import { requiredVariable, urlVariable } from "@malipo/provider-contract";
import { Redacted } from "@malipo/security";

export type PawapayConfig = Readonly<{
  baseUrl: string;
  apiToken: Redacted<string>;
  /** The secret part of the callback URL that is set in pawaPay's dashboard. */
  webhookToken: Redacted<string>;
  visibilityDelayMs?: number;
}>;

const WEBHOOK_TOKEN_MIN = 22;

export const parsePawapayConfig = (env: Readonly<Record<string, string | undefined>>): PawapayConfig => {
  const webhookToken = requiredVariable(env, "PAWAPAY_WEBHOOK_TOKEN");
  if (webhookToken.length < WEBHOOK_TOKEN_MIN) throw new Error("PAWAPAY_WEBHOOK_TOKEN is too short to be a secret of 128 bits");
  return {
    baseUrl: urlVariable(env, "PAWAPAY_BASE_URL", "https://api.sandbox.pawapay.io"),
    apiToken: new Redacted(requiredVariable(env, "PAWAPAY_API_TOKEN")),
    webhookToken: new Redacted(webhookToken),
    ...visibility(env["PROVIDER_VISIBILITY_S"]),
  };
};

const visibility = (value: string | undefined): { visibilityDelayMs?: number } => {
  if (value === undefined || value === "") return {};
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(value)) throw new Error("PROVIDER_VISIBILITY_S is not a number of seconds");
  return { visibilityDelayMs: Math.round(Number(value) * 1000) };
};
