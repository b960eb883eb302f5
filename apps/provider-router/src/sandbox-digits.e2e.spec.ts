import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { PaymentId } from "@malipo/kernel";
import type { KnownPayment } from "@malipo/payment-lifecycle";
import { OutboundHttp } from "@malipo/outbound-http";
import { createProviders } from "@malipo/provider-registry";
import { systemClock, systemScheduler } from "@malipo/runtime";
import { type Instance, RouterWorld, defaultConfig, silent } from "./testing/router-world.js";
import { SandboxProcess, listenForWebhooks } from "./testing/sandbox-process.js";

type Row = readonly [digits: string, ends: string, reason: string | undefined, charges: number];

const everyRow: readonly Row[] = [
  ["789", "completed", undefined, 1],
  ["019", "failed", "payer_limit", 0],
  ["029", "failed", "payer_not_found", 0],
  ["039", "failed", "cancelled", 0],
  ["049", "failed", "insufficient_funds", 0],
  ["069", "failed", "unspecified", 0],
  ["089", "completed", undefined, 1],
  ["119", "completed", undefined, 1],
  ["129", "processing", undefined, 0],
  ["139", "completed", undefined, 1],
  ["149", "completed", undefined, 1],
  ["159", "completed", undefined, 1],
  ["169", "expired", "late_success", 1],
  ["179", "failed", "provider_unavailable", 0],
];
const rows = {
  pawapay: [...everyRow, ["189", "failed", "provider_unavailable", 0] as const],
  // Daraja cannot be asked about a push whose reply was lost.
  daraja: [...everyRow, ["189", "processing", undefined, 0] as const],
};
const payers = {
  pawapay: { stem: "243812345", country: "COD", currency: "USD", minor: 1_050n },
  daraja: { stem: "254708374", country: "KEN", currency: "KES", minor: 10_000n },
};
type ProviderName = keyof typeof rows;

let sandbox: SandboxProcess;
let webhooks: Awaited<ReturnType<typeof listenForWebhooks>>;
let http: OutboundHttp;
let world: RouterWorld;
let instance: Instance | undefined;
const ids = new Map<string, PaymentId>();

const paymentOf = (provider: string, digits: string): KnownPayment => world.log.payment(ids.get(`${provider}/${digits}`)!) as KnownPayment;

const until = async (what: string, holds: () => boolean, withinMs: number): Promise<void> => {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await systemScheduler.sleep(50);
  }
};

beforeAll(async () => {
  webhooks = await listenForWebhooks(async (provider, pathToken, body) => {
    const received = await instance?.router.webhooks.receive(provider, { pathToken, headers: {}, body });
    return received === "stored" ? 200 : received === "refused" ? 404 : 503;
  });
  const secrets = {
    PAWAPAY_API_TOKEN: "api-token-of-the-spec",
    PAWAPAY_WEBHOOK_TOKEN: "webhook-token-of-the-spec",
    DARAJA_CONSUMER_KEY: "consumer-key",
    DARAJA_CONSUMER_SECRET: "consumer-secret",
    DARAJA_PASSKEY: "passkey-of-the-spec",
    DARAJA_SHORTCODE: "174379",
  };
  sandbox = await SandboxProcess.start({ ...secrets, SANDBOX_PAWAPAY_CALLBACK_URL: `${webhooks.url}/webhooks/pawapay/${secrets.PAWAPAY_WEBHOOK_TOKEN}` });
  http = new OutboundHttp({ scheduler: systemScheduler, allow: ["127.0.0.1/32"] });
  const env = {
    ...secrets,
    DARAJA_WEBHOOK_TOKEN: "attempt-secret-of-the-spec",
    PAWAPAY_BASE_URL: `http://127.0.0.1:${sandbox.ports.pawapay}`,
    DARAJA_BASE_URL: `http://127.0.0.1:${sandbox.ports.daraja}`,
    WEBHOOK_BASE_URL: webhooks.url,
    PROVIDER_VISIBILITY_S: "1",
  };
  const time = { ...systemClock, ...systemScheduler };
  world = new RouterWorld(time, () => createProviders(env, { http, clock: systemClock, logger: silent }));
  const times = { ...defaultConfig.times, sendBeforeMs: 3_000, skewMs: 500, polls: { firstMs: [500, 1_000, 2_000], capMs: 4_000, jitter: 0 } };
  instance = await world.start({ config: { times } });

  let serial = 0;
  for (const provider of Object.keys(rows) as ProviderName[]) {
    const { stem, ...payment } = payers[provider];
    for (const [digits] of rows[provider]) {
      const id = await world.pay({ ...payment, id: String(++serial), payer: `+${stem}${digits}`, providers: [provider] });
      ids.set(`${provider}/${digits}`, id);
    }
  }
}, 30_000);

afterAll(async () => {
  await instance?.router.stop();
  await webhooks?.close();
  await sandbox?.stop();
  await http?.close();
});

describe.each(Object.keys(rows) as ProviderName[])("every row of the sandbox's table at %s", (provider) => {
  it.each(rows[provider].map((row) => [...row] as [string, string, string | undefined, number]))(
    "%s ends %s (%s) with %i charges",
    async (digits, ends, reason, charges) => {
      const reached = (): boolean => {
        const payment = paymentOf(provider, digits);
        return payment.status === ends && payment.public.reason === reason;
      };
      await until(`${provider} ${digits} ends ${ends} (${reason}), not ${paymentOf(provider, digits).status}`, reached, 25_000);
      const payer = payers[provider].stem + digits;
      const entries = await sandbox.ledger(payer);
      expect(entries).toHaveLength(charges);
      for (const entry of entries) expect(entry).toMatchObject({ kind: "charge", provider, paymentId: ids.get(`${provider}/${digits}`) });
    },
    30_000,
  );

  it("tells each story by the right facts", () => {
    const story = (digits: string): string[] => world.log.history(ids.get(`${provider}/${digits}`)!).map(({ type }) => type);
    expect(story("159").at(-1)).toBe("ContradictionRecorded");
    expect(story("169").slice(-2)).toEqual(["PaymentExpired", "LateSuccessRecorded"]);
    expect(story("139").filter((type) => type === "AttemptStarted")).toHaveLength(1);
    expect(story("129")).toEqual(["PaymentInitiated", "AttemptStarted", "AttemptProgressed"]);
  });
});

describe("a provider whose port is shut", () => {
  it("is proven unsent, and the payment fails over to the other provider of the country", async () => {
    await sandbox.listener("daraja", "refuse");
    const payer = "254708375789";
    const id = await world.pay({ id: "777", payer: `+${payer}`, country: "KEN", currency: "KES", minor: 5_000n, providers: ["daraja", "pawapay"] });
    await until("the payment is completed elsewhere", () => world.log.payment(id).status === "completed", 15_000);
    expect(await sandbox.ledger(payer)).toMatchObject([{ provider: "pawapay", amount: "50" }]);
    const resolved = world.log.history(id).find(({ type }) => type === "AttemptResolved");
    expect(resolved).toMatchObject({ outcome: { kind: "not_sent" }, next: { provider: "pawapay" } });
    await sandbox.listener("daraja", "open");
  }, 20_000);
});
