export type SandboxConfig = Readonly<{
  host: string;
  port: number;
  dataDir: string;
  latencyMs: Readonly<{ low: number; high: number }>;
  pawapay: Readonly<{
    port: number;
    apiToken: string;
    callbackUrls: Readonly<Record<"DEPOSIT" | "PAYOUT" | "REFUND", string | undefined>>;
  }>;
  daraja: Readonly<{ port: number; consumerKey: string; consumerSecret: string; passkey: string; shortcode: string }>;
}>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment into one frozen object, or refuses to start and says why. */
export const readConfig = (env: Environment): SandboxConfig => {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  const callbackUrl = env["SANDBOX_PAWAPAY_CALLBACK_URL"] || undefined;
  return Object.freeze({
    host: env["HOST"] || "127.0.0.1",
    port: portOf(env, "SANDBOX_PORT", 3010),
    dataDir: required("SANDBOX_DATA_DIR"),
    latencyMs: latencyOf(env["SANDBOX_LATENCY_MS"] || "20-50"),
    pawapay: {
      port: portOf(env, "SANDBOX_PAWAPAY_PORT", 3011),
      apiToken: required("PAWAPAY_API_TOKEN"),
      callbackUrls: {
        DEPOSIT: callbackUrl,
        PAYOUT: env["SANDBOX_PAWAPAY_PAYOUT_CALLBACK_URL"] || callbackUrl,
        REFUND: env["SANDBOX_PAWAPAY_REFUND_CALLBACK_URL"] || callbackUrl,
      },
    },
    daraja: {
      port: portOf(env, "SANDBOX_DARAJA_PORT", 3012),
      consumerKey: required("DARAJA_CONSUMER_KEY"),
      consumerSecret: required("DARAJA_CONSUMER_SECRET"),
      passkey: required("DARAJA_PASSKEY"),
      shortcode: env["DARAJA_SHORTCODE"] || "174379",
    },
  });
};

const portOf = (env: Environment, name: string, otherwise: number): number => {
  const port = Number(env[name] || otherwise);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is not a port`);
  return port;
};

/** `30` or `20-50`: how long the operator takes before it settles and calls back. */
const latencyOf = (text: string): { readonly low: number; readonly high: number } => {
  const [, low, high] = /^([0-9]{1,6})(?:-([0-9]{1,6}))?$/.exec(text) ?? [];
  const range = { low: Number(low), high: Number(high ?? low) };
  if (low === undefined || range.high < range.low) throw new Error("SANDBOX_LATENCY_MS is not `30` or `20-50`");
  return range;
};
